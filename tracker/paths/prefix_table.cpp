#include "tracker/paths/prefix_table.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

std::uint64_t read_big_endian(const IpAddress& address, std::size_t from, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + count; ++i) value = value << 8 | address.bytes[i];
  return value;
}

// How an address becomes a number that sorts like it, and what follows the last address of a prefix.
struct V4Numbers {
  using Key = std::uint32_t;
  static Key key(const IpAddress& address) { return static_cast<Key>(read_big_endian(address, 12, 4)); }
  static Key last(const IpPrefix& prefix) {
    const auto host_bits = prefix.length == 0 ? ~Key{0} : ~(~Key{0} << (32 - prefix.length));
    return key(prefix.address) | host_bits;
  }
  static std::optional<Key> next(Key key) {
    if (key == std::numeric_limits<Key>::max()) return std::nullopt;
    return key + 1;
  }
};

struct V6Numbers {
  using Key = std::array<std::uint64_t, 2>;
  static Key key(const IpAddress& address) { return {read_big_endian(address, 0, 8), read_big_endian(address, 8, 8)}; }
  static Key last(const IpPrefix& prefix) {
    constexpr auto kAll = ~std::uint64_t{0};
    const int length = prefix.length;
    Key key = V6Numbers::key(prefix.address);
    if (length < 64) key[0] |= kAll >> length;
    if (length < 128) key[1] |= length <= 64 ? kAll : kAll >> (length - 64);
    return key;
  }
  static std::optional<Key> next(Key key) {
    if (++key[1] == 0 && ++key[0] == 0) return std::nullopt;
    return key;
  }
};

// Prefixes either nest or are disjoint, so a walk in address order (shorter first) needs only the stack of prefixes
// that are open at the present address; the innermost one owns what comes next.
template <typename Numbers>
class Flattener {
 public:
  using Key = typename Numbers::Key;

  void add(const PrefixEntry& entry) {
    const Key first = Numbers::key(entry.prefix.address);
    close_before(first);
    start(first, entry.isp);
    open_.push_back({Numbers::last(entry.prefix), entry.isp});
  }
  void finish() {
    while (!open_.empty()) close_innermost();
  }

  std::vector<Key> starts;
  std::vector<IspId> owners;

 private:
  struct Open {
    Key last;
    IspId isp;
  };
  void close_before(const Key& first) {
    while (!open_.empty() && open_.back().last < first) close_innermost();
  }
  void close_innermost() {
    const auto next = Numbers::next(open_.back().last);
    open_.pop_back();
    if (next) start(*next, open_.empty() ? IspId{} : open_.back().isp);
  }
  void start(const Key& at, IspId isp) {
    if (!starts.empty() && starts.back() == at) {
      starts.pop_back();
      owners.pop_back();
    }
    const IspId before = owners.empty() ? IspId{} : owners.back();
    if (before == isp) return;
    starts.push_back(at);
    owners.push_back(isp);
  }

  std::vector<Open> open_;
};

template <typename Key>
std::optional<IspId> owner_at(const std::vector<Key>& starts, const std::vector<IspId>& owners, const Key& key) {
  const auto after = std::upper_bound(starts.begin(), starts.end(), key);
  if (after == starts.begin()) return std::nullopt;
  const IspId isp = owners[static_cast<std::size_t>(after - starts.begin()) - 1];
  if (!isp) return std::nullopt;
  return isp;
}

Status check(const std::vector<PrefixEntry>& sorted) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (!sorted[i].isp) return refuse(fmt::format("prefix {} belongs to no ISP", sorted[i].prefix.str()));
    if (i > 0 && sorted[i].prefix == sorted[i - 1].prefix && sorted[i].isp != sorted[i - 1].isp) {
      return refuse(fmt::format("prefix {} is given to two ISPs: remove it from one", sorted[i].prefix.str()));
    }
  }
  return {};
}

}  // namespace

Result<PrefixTable> PrefixTable::build(std::vector<PrefixEntry> entries) {
  std::sort(entries.begin(), entries.end(), [](const PrefixEntry& a, const PrefixEntry& b) {
    return std::tie(a.prefix, a.isp) < std::tie(b.prefix, b.isp);
  });
  if (auto status = check(entries); !status) return pass_on(status);
  Flattener<V4Numbers> v4;
  Flattener<V6Numbers> v6;
  for (const auto& entry : entries) {
    if (entry.prefix.address.is_v4()) {
      v4.add(entry);
    } else {
      v6.add(entry);
    }
  }
  v4.finish();
  v6.finish();
  PrefixTable table;
  table.v4_ = {std::move(v4.starts), std::move(v4.owners)};
  table.v6_ = {std::move(v6.starts), std::move(v6.owners)};
  return table;
}

std::optional<IspId> PrefixTable::find(const IpAddress& address) const {
  if (address.is_v4()) return owner_at(v4_.starts, v4_.owners, V4Numbers::key(address));
  return owner_at(v6_.starts, v6_.owners, V6Numbers::key(address));
}

}  // namespace waybill::tracker
