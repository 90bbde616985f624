#include "tracker/ledger/ledger_account.h"

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

const char* prefix_of(AccountRole role) {
  switch (role) {
    case AccountRole::uplink_cost:
      return "expenses:uplink:";
    case AccountRole::isp_payable:
      return "liabilities:isp:";
    case AccountRole::owner_receivable:
      return "assets:owner:";
    case AccountRole::delivery_revenue:
      return "revenues:delivery:";
    case AccountRole::royalties_payable:
      return "liabilities:royalties:";
  }
  return "";
}

}  // namespace

std::string LedgerAccount::path() const {
  std::string text = prefix_of(role);
  bool after_space = true;  // at the start too: an account name is trimmed
  for (std::size_t i = 0; i < party.size(); ++i) {
    const auto c = static_cast<unsigned char>(party[i]);
    const bool last = i + 1 == party.size();
    const bool space = c == ' ' && (after_space || last);
    if (c < 0x20 || c == 0x7f || c == ':' || c == ';' || c == '%' || space) {
      text += fmt::format("%{:02X}", c);
      after_space = false;
    } else {
      text += party[i];
      after_space = c == ' ';
    }
  }
  return text;
}

}  // namespace waybill::tracker
