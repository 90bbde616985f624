#pragma once
// Who asks: a role, and whose side it is of.
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "tracker/store/access_tokens.h"

namespace waybill::tracker {

struct Subject {
  Role role{};
  std::string name;  // the ISP's or the owner's; empty for the others
  bool operator==(const Subject&) const = default;
  // Sees one side only.
  bool party() const { return role == Role::isp || role == Role::owner; }
  // As administration.h's "for" has it: "operator", "isp SP1", "owner MovieStudio".
  std::string recipient() const;
};

// "operator", "isp", "owner", "auditor"
std::string_view name_of(Role role);
Result<Role> parse_role(std::string_view text);

}  // namespace waybill::tracker
