#include "tracker/ledger/transaction.h"

#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "tracker/agreements/exact_amount.h"

namespace waybill::tracker {

namespace {

// Length first, so that no two lists of fields have the same text.
void append(std::string& text, std::string_view field) { text += fmt::format("{}:{}", field.size(), field); }

}  // namespace

Status check_balanced(const LedgerTransaction& transaction) {
  std::map<Currency, std::int64_t> sums;
  for (const auto& posting : transaction.postings) {
    const auto sum = add_minor(sums[posting.currency], posting.amount_minor);
    if (!sum) return tl::make_unexpected(sum.error());
    sums[posting.currency] = *sum;
  }
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) {
      return refuse(fmt::format("'{}' does not balance: its postings in {} sum to {}", transaction.description,
                                currency.str(), format_minor(sum, currency)));
    }
  }
  return {};
}

ByteString transaction_id(const LedgerTransaction& transaction) {
  std::string text = "waybill transaction 1\n";
  append(text, transaction.date);
  append(text, transaction.description);
  append(text, transaction.source);
  for (const auto& posting : transaction.postings) {
    append(text, posting.account.path());
    append(text, posting.currency.str());
    append(text, std::to_string(posting.amount_minor));
    append(text, posting.memo);
  }
  return crypto::sha256(text);
}

Status add_to(AccountBalances& balances, const LedgerTransaction& transaction) {
  for (const auto& posting : transaction.postings) {
    auto& balance = balances[{posting.account, posting.currency}];
    const auto sum = add_minor(balance, posting.amount_minor);
    if (!sum) return tl::make_unexpected(sum.error());
    balance = *sum;
  }
  return {};
}

bool sums_to_zero(const AccountBalances& balances) {
  __extension__ using Wide = __int128;
  std::map<Currency, Wide> sums;
  for (const auto& [key, balance] : balances) sums[key.second] += balance;
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) return false;
  }
  return true;
}

}  // namespace waybill::tracker
