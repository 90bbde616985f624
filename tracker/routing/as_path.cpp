#include "tracker/routing/as_path.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

// RFC 4271 4.3, RFC 5065 3.
enum SegmentKind : unsigned char { kSet = 1, kSequence = 2, kConfederationSequence = 3, kConfederationSet = 4 };

// Calls `use(is_set, numbers)` for each segment.
template <typename Use>
void each_segment(AsPathWords path, Use use) {
  while (!path.empty()) {
    const std::size_t count = path[0] & 0xffff;
    use((path[0] & kAsSetMark) != 0, path.subspan(1, count));
    path = path.subspan(1 + count);
  }
}

std::uint64_t hash_of(AsPathWords path) {
  std::uint64_t sum = path.size();
  for (const auto word : path) {
    sum = (sum ^ word) * 0xbf58476d1ce4e5b9ull;
    sum ^= sum >> 31;
  }
  return sum;
}

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

Result<Asn> parse_asn(std::string_view text) {
  auto digits = text;
  if (digits.starts_with("AS") || digits.starts_with("as")) digits.remove_prefix(2);
  Asn asn = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), asn);
  if (error != std::errc{} || end != digits.data() + digits.size() || asn == 0) {
    return refuse(fmt::format("'{}' is no AS number: 1 to 4294967295", text));
  }
  return asn;
}

std::string print_as_path(AsPathWords path) {
  std::string text;
  each_segment(path, [&](bool is_set, AsPathWords numbers) {
    if (!text.empty()) text += ' ';
    text += is_set ? fmt::format("{{{}}}", fmt::join(numbers, ",")) : fmt::format("{}", fmt::join(numbers, " "));
  });
  return text;
}

std::vector<Asn> sequence_of(AsPathWords path) {
  std::vector<Asn> all;
  each_segment(path, [&](bool is_set, AsPathWords numbers) {
    if (is_set) return;
    for (const auto asn : numbers) {
      if (all.empty() || all.back() != asn) all.push_back(asn);
    }
  });
  return all;
}

std::optional<Asn> origin_of(AsPathWords path) {
  std::optional<Asn> origin;
  each_segment(path, [&](bool is_set, AsPathWords numbers) {
    origin.reset();
    if (!numbers.empty() && (!is_set || numbers.size() == 1)) origin = numbers.back();
  });
  if (origin == Asn{0}) origin.reset();  // AS 0 originates nothing (RFC 7607)
  return origin;
}

int length_of(AsPathWords path) {
  std::size_t length = 0;
  each_segment(path, [&](bool is_set, AsPathWords numbers) { length += is_set ? 1 : numbers.size(); });
  return static_cast<int>(length);
}

Status read_as_path(std::string_view attribute, std::vector<std::uint32_t>& words) {
  words.clear();
  while (!attribute.empty()) {
    if (attribute.size() < 2) return refuse("a segment of the AS path is cut off");
    const auto kind = static_cast<unsigned char>(attribute[0]);
    const std::size_t count = static_cast<unsigned char>(attribute[1]);
    attribute.remove_prefix(2);
    if (kind < kSet || kind > kConfederationSet) return refuse(fmt::format("an AS path segment is of kind {}", kind));
    if (attribute.size() < 4 * count) {
      return refuse(fmt::format("an AS path segment of {} numbers is longer than its attribute", count));
    }
    if ((kind == kSet || kind == kSequence) && count > 0) {
      words.push_back(static_cast<std::uint32_t>(count) | (kind == kSet ? kAsSetMark : 0));
      for (std::size_t i = 0; i < count; ++i) words.push_back(read_number(attribute.substr(4 * i, 4)));
    }
    attribute.remove_prefix(4 * count);
  }
  return {};
}

Result<AsPathId> AsPaths::intern(AsPathWords path) {
  const auto hash = hash_of(path);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto known = first; known != last; ++known) {
    const auto words = at(known->second);
    if (std::equal(words.begin(), words.end(), path.begin(), path.end())) return known->second;
  }
  if (words_.size() + path.size() > kMaxWords) {
    return refuse(fmt::format("its AS paths hold more than {} numbers", kMaxWords));
  }
  const auto id = static_cast<AsPathId>(ends_.size());
  words_.insert(words_.end(), path.begin(), path.end());
  ends_.push_back(static_cast<std::uint32_t>(words_.size()));
  by_hash_.emplace(hash, id);
  return id;
}

AsPathWords AsPaths::at(AsPathId id) const {
  const std::size_t begin = id == 0 ? 0 : ends_[id - 1];
  return AsPathWords(words_).subspan(begin, ends_[id] - begin);
}

std::size_t AsPaths::bytes() const {
  return words_.capacity() * sizeof(std::uint32_t) + ends_.capacity() * sizeof(std::uint32_t);
}

void AsPaths::forget_index() {
  by_hash_ = {};
  words_.shrink_to_fit();
  ends_.shrink_to_fit();
}

Result<AsPaths> AsPaths::restore(std::vector<std::uint32_t> words, std::vector<std::uint32_t> ends) {
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    if (end < begin || end > words.size()) return refuse("an AS path ends outside of its table");
    while (begin < end) {
      const std::size_t count = words[begin] & 0xffff;
      if (count == 0 || count >= end - begin) return refuse("a segment of an AS path is longer than the path");
      begin += 1 + count;
    }
  }
  AsPaths paths;
  paths.words_ = std::move(words);
  paths.ends_ = std::move(ends);
  return paths;
}

}  // namespace waybill::tracker
