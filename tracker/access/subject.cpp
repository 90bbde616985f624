#include "tracker/access/subject.h"

namespace waybill::tracker {

std::string Subject::recipient() const {
  return party() ? std::string(name_of(role)) + " " + name : std::string("operator");
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::operator_role:
      return "operator";
    case Role::isp:
      return "isp";
    case Role::owner:
      return "owner";
    case Role::auditor:
      return "auditor";
  }
  return "?";
}

Result<Role> parse_role(std::string_view text) {
  for (const auto role : {Role::operator_role, Role::isp, Role::owner, Role::auditor}) {
    if (text == name_of(role)) return role;
  }
  return refuse("'" + std::string(text) + "' is not a role (one of operator, isp, owner, auditor)");
}

}  // namespace waybill::tracker
