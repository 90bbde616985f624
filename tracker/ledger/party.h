#pragma once
// With whom the operator has an account.
#include <compare>
#include <string>

namespace waybill::tracker {

// Numbers stand in the store: never renumbered.
enum class PartyKind : int { isp = 1, owner = 2 };
inline const char* name_of(PartyKind kind) { return kind == PartyKind::isp ? "isp" : "owner"; }

struct Party {
  PartyKind kind = PartyKind::isp;
  std::string name;
  auto operator<=>(const Party&) const = default;
};

}  // namespace waybill::tracker
