#include "tracker/ledger/journal.h"

#include <set>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

// A description and a comment end at the line; a semicolon would begin a comment, a bar part payee from note.
std::string one_line(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f || c == ';' || c == '|' ? '_' : c;
  }
  return result;
}

std::string commodity_sample(Currency currency) {
  return currency.minor_digits == 0 ? "1000."
                                    : "1000." + std::string(static_cast<std::size_t>(currency.minor_digits), '0');
}

}  // namespace

std::string journal_text(const std::vector<LedgerTransaction>& transactions) {
  std::set<Currency> currencies;
  std::set<std::string> accounts;
  for (const auto& transaction : transactions) {
    for (const auto& posting : transaction.postings) {
      currencies.insert(posting.currency);
      accounts.insert(posting.account.path());
    }
  }
  std::string text = "; Waybill's books: amounts above zero are debits\n";
  for (const auto& currency : currencies) {
    text += fmt::format("commodity {} {}\n", currency.str(), commodity_sample(currency));
  }
  for (const auto& account : accounts) text += fmt::format("account {}\n", account);
  for (const auto& transaction : transactions) {
    text += fmt::format("\n{} * {}  ; {}\n", transaction.date, one_line(transaction.description),
                        one_line(transaction.source));
    for (const auto& posting : transaction.postings) {
      text += fmt::format("    {}  {} {}{}\n", posting.account.path(), posting.currency.str(),
                          format_minor(posting.amount_minor, posting.currency),
                          posting.memo.empty() ? "" : "  ; " + one_line(posting.memo));
    }
  }
  return text;
}

}  // namespace waybill::tracker
