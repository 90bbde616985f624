#pragma once
// Who is owed what by whom: the accounts of the double-entry ledger, seen from the operator.
#include <compare>
#include <string>

#include "common/types/result.h"

namespace waybill::tracker {

// Numbers stand in the store: never renumbered.
enum class AccountRole : int {
  uplink_cost = 1,        // expense: uplinks of an ISP's customers used
  isp_payable = 2,        // liability: owed to an ISP
  owner_receivable = 3,   // asset: owed by a content owner
  delivery_revenue = 4,   // revenue: fees and usage of a content owner
  royalties_payable = 5,  // liability: royalties collected for a payee
};
inline constexpr int kLastAccountRole = 5;

struct LedgerAccount {
  AccountRole role = AccountRole::uplink_cost;
  std::string party;  // an ISP's, owner's or payee's name
  // As plain-text accounting names it, "liabilities:isp:SP1"; colons, semicolons, double spaces and control characters
  // of the name are written as percent and two hexadecimal digits, so that two parties never share an account.
  std::string path() const;
  auto operator<=>(const LedgerAccount&) const = default;
};

}  // namespace waybill::tracker
