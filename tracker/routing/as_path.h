#pragma once
// The autonomous systems that a route went through, as BGP tells them (RFC 4271 4.3, AS_PATH): the nearest first, the
// origin last. Equal paths are stored once.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/types/result.h"

namespace waybill::tracker {

using Asn = std::uint32_t;  // RFC 6793
using AsPathId = std::uint32_t;

// A path is a run of words: for each segment one that says whether it is a set and how many numbers follow, then these.
using AsPathWords = std::span<const std::uint32_t>;
inline constexpr std::uint32_t kAsSetMark = 0x10000;  // beside the count of a segment, which is one byte on the wire

Result<Asn> parse_asn(std::string_view text);    // "64500", "AS64500"; 1 to 4294967295
std::string print_as_path(AsPathWords path);     // "64500 64501 {64502,64503}", the sets in braces
std::vector<Asn> sequence_of(AsPathWords path);  // without sets, and each run of one number once
std::optional<Asn> origin_of(AsPathWords path);  // none: empty, or it ends in a set of several, or in AS 0
int length_of(AsPathWords path);                 // as BGP compares them: a set counts one (RFC 4271 9.1.2.2)

// What a router announced, from the wire: 4-byte numbers. Confederations' segments (RFC 5065) are left out: they are
// inside one network. Refused: an unknown kind of segment, one that is longer than the attribute. `words` is cleared
// first; its memory is used again.
Status read_as_path(std::string_view attribute, std::vector<std::uint32_t>& words);

class AsPaths {
 public:
  static constexpr std::size_t kMaxWords = 64 << 20;  // 256 MiB of paths

  Result<AsPathId> intern(AsPathWords path);  // refused beyond kMaxWords
  AsPathWords at(AsPathId id) const;
  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const;
  void forget_index();  // when nothing more is interned

  // For the file in which a table is kept.
  const std::vector<std::uint32_t>& words() const { return words_; }
  const std::vector<std::uint32_t>& ends() const { return ends_; }
  static Result<AsPaths> restore(std::vector<std::uint32_t> words, std::vector<std::uint32_t> ends);

 private:
  std::vector<std::uint32_t> words_;
  std::vector<std::uint32_t> ends_;  // of path i; it begins where i-1 ends
  std::unordered_multimap<std::uint64_t, AsPathId> by_hash_;
};

}  // namespace waybill::tracker
