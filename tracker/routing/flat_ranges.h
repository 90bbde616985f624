#pragma once
// Prefixes flattened into disjoint ranges: a look-up is one search in a flat array of first addresses. Prefixes nest or
// are disjoint, so a walk in the order of addresses (wider first) needs only the stack of those that are open.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace waybill::tracker {

inline constexpr std::uint32_t kNoRow = 0xffffffff;

// Key: an unsigned number that holds the prefixes' addresses, most significant bit first.
template <typename Key>
class FlatRanges {
 public:
  // Rows come in order of (first address, length), without repetition.
  template <typename Row>
  static FlatRanges build(const std::vector<Row>& rows) {
    FlatRanges ranges;
    std::vector<Open> open;
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      while (!open.empty() && open.back().last < rows[i].key) ranges.close(open);
      ranges.start(rows[i].key, i);
      open.push_back({last_of(rows[i].key, rows[i].length), i});
    }
    while (!open.empty()) ranges.close(open);
    ranges.make_index();
    return ranges;
  }

  // The row of the longest prefix that holds the address; kNoRow: none does.
  std::uint32_t find(Key key) const {
    if (index_.empty()) return kNoRow;
    const auto slot = static_cast<std::size_t>(key >> kIndexShift);
    const auto after = std::upper_bound(ranges_.begin() + index_[slot], ranges_.begin() + index_[slot + 1], key,
                                        [](Key address, const Range& range) { return address < range.start; });
    return after == ranges_.begin() ? kNoRow : std::prev(after)->row;
  }
  std::size_t bytes() const { return ranges_.capacity() * sizeof(Range) + index_.capacity() * sizeof(std::uint32_t); }

 private:
  struct Open {
    Key last;
    std::uint32_t row;
  };
  struct Range {
    Key start;
    std::uint32_t row;  // holds up to the next start
  };
  static constexpr int kBits = sizeof(Key) * 8;
  // The ranges that begin with the same 20 bits are searched: two on average in IPv4's full table. What a look-up costs
  // are its reads from memory; this index is 4 MiB.
  static constexpr int kIndexBits = 20;
  static constexpr int kIndexShift = kBits - kIndexBits;

  static Key last_of(Key key, int length) { return length >= kBits ? key : key | (~Key{0} >> length); }

  void close(std::vector<Open>& open) {
    const Key last = open.back().last;
    open.pop_back();
    if (last != ~Key{0}) start(static_cast<Key>(last + 1), open.empty() ? kNoRow : open.back().row);
  }
  void start(Key at, std::uint32_t row) {
    if (!ranges_.empty() && ranges_.back().start == at) {
      ranges_.back().row = row;
    } else {
      ranges_.push_back({at, row});
    }
  }
  void make_index() {
    if (ranges_.empty()) return;
    index_.resize((1 << kIndexBits) + 1);
    std::uint32_t next = 0;
    for (std::size_t slot = 0; slot < index_.size(); ++slot) {
      while (next < ranges_.size() && static_cast<std::size_t>(ranges_[next].start >> kIndexShift) < slot) ++next;
      index_[slot] = next;
    }
    ranges_.shrink_to_fit();
  }

  std::vector<Range> ranges_;
  std::vector<std::uint32_t> index_;  // the first range that begins with these bits, or later ones
};

}  // namespace waybill::tracker
