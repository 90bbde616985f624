#pragma once
// What autonomous systems are called: a table that the operator imports, one line each: the number, one or more
// separators (comma, semicolon, tab, space), the name; "AS" before the number and quotes around the name may be there.
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tracker/routing/as_path.h"

namespace waybill::tracker {

class AsNames {
 public:
  static constexpr std::size_t kMaxBytes = 32 << 20;  // the table of the whole Internet has some 6 MiB
  static constexpr std::size_t kMaxNameBytes = 256;

  AsNames() = default;  // knows none
  // Empty lines and those that begin with # are left out; a first line without a number is taken as headings. Refused,
  // with the line: no number, no name, a name that is too long or no UTF-8 or holds control characters, a number twice.
  static Result<AsNames> read(std::string_view text);

  std::string_view find(Asn asn) const;  // "" where it is not known
  std::size_t size() const { return names_.size(); }

 private:
  std::unordered_map<Asn, std::string> names_;
};

}  // namespace waybill::tracker
