#include "tracker/ledger/account_statement.h"

#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "common/types/check.h"
#include "tracker/agreements/document_reader_json.h"
#include "tracker/ledger/charge_text_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr char kFormat[] = "waybill account statement 1";

json statement_json(const AccountStatement& statement) {
  return {{"format", kFormat},
          {"party", {{"kind", name_of(statement.party.kind)}, {"name", statement.party.name}}},
          {"period", statement.period},
          {"timezone", statement.timezone},
          {"from", format_time(statement.window.from)},
          {"until", format_time(statement.window.until)},
          {"rounding", "each line once, to the minor unit, halves to even"},
          {"charges", charges_json(statement.charges)}};
}

AccountStatement read_fields(DocumentReader& reader) {
  AccountStatement statement;
  if (reader.text("format") != kFormat) reader.blame("format", std::string("it is not '") + kFormat + "'");
  auto party = reader.object("party");
  statement.party.kind = party.choice<PartyKind>("kind", {{"isp", PartyKind::isp}, {"owner", PartyKind::owner}});
  statement.party.name = party.text("name");
  party.finish();
  statement.period = reader.text("period");
  statement.timezone = reader.text("timezone");
  statement.window = {reader.time("from"), reader.time("until")};
  reader.text("rounding");
  statement.charges = read_charges(reader.object("charges"));
  reader.finish();
  return statement;
}

std::string memo_of(const ChargeLine& line) { return line.late ? "late, of " + line.month : ""; }

// The last day of the period on the party's clocks.
std::string date_of(const AccountStatement& statement) {
  const auto last = format_local_time(statement.window.until - DurationMs{1}, statement.timezone);
  WAYBILL_ASSERT(last, "a statement in a time zone that is not known");
  return last->substr(0, 10);
}

}  // namespace

Result<AccountStatement> make_account_statement(const Party& party, const Period& period, const std::string& timezone,
                                                const Charges& charges, const std::vector<SettledMonth>& earlier) {
  AccountStatement statement{party, period.name, timezone, period.window, charges};
  std::vector<Currency> currencies;
  for (const auto& total : charges.totals) currencies.push_back(total.currency);
  for (const auto& month : earlier) {
    auto late = late_lines(month.charged, month.now);
    if (!late) return pass_on(late);
    statement.charges.lines.insert(statement.charges.lines.end(), late->begin(), late->end());
  }
  auto totals = total_charges(statement.charges.lines, currencies);
  if (!totals) return pass_on(totals);
  statement.charges.totals = std::move(*totals);
  if (auto good = check(statement.charges); !good) return tl::make_unexpected(good.error());
  return statement;
}

std::vector<ChargeLine> charged_for(const std::string& month, const std::vector<AccountStatement>& statements) {
  std::vector<ChargeLine> lines;
  for (const auto& statement : statements) {
    for (const auto& line : statement.charges.lines) {
      if (line.month == month) lines.push_back(line);
    }
  }
  return lines;
}

std::string account_statement_text(const AccountStatement& statement) {
  return document_dump(statement_json(statement));
}

Result<AccountStatement> read_account_statement(std::string_view text) {
  const auto value = parse_document(text, kMaxLedgerDocumentBytes);
  if (!value) return pass_on(value.error(), "statement");
  std::optional<std::string> fault;
  DocumentReader reader(*value, "", fault);
  const auto statement = read_fields(reader);
  if (fault) return refuse("statement: " + *fault);
  if (auto known = check_zone(statement.timezone); !known) return pass_on(known.error(), "statement");
  if (statement.window.from >= statement.window.until) return refuse("statement: its window is reversed");
  if (auto good = check(statement.charges); !good) return pass_on(good.error(), "statement");
  // Figures that stand twice, as integer and for people, must say the same.
  const auto again = statement_json(statement);
  if (again != *value) {
    const auto difference = json::diff(again, *value);
    return refuse("statement: it contradicts itself at " + difference.at(0).at("path").get<std::string>());
  }
  return statement;
}

ByteString statement_hash(const AccountStatement& statement) {
  return crypto::sha256(account_statement_text(statement));
}

LedgerAccount party_account(const Party& party) {
  return {party.kind == PartyKind::isp ? AccountRole::isp_payable : AccountRole::owner_receivable, party.name};
}

LedgerAccount contra_account(const Party& party, const ChargeLine& line) {
  if (party.kind == PartyKind::isp) return {AccountRole::uplink_cost, party.name};
  if (line.kind == ChargeKind::royalty) return {AccountRole::royalties_payable, line.payee};
  return {AccountRole::delivery_revenue, party.name};
}

LedgerTransaction post(const AccountStatement& statement) {
  LedgerTransaction transaction;
  transaction.date = date_of(statement);
  transaction.description =
      fmt::format("{} {}: statement of {}", name_of(statement.party.kind), statement.party.name, statement.period);
  transaction.source = "statement " + to_hex(statement_hash(statement));
  // What an owner owes is a debit of the receivable; what an ISP is owed, a credit of the payable.
  const std::int64_t sign = statement.party.kind == PartyKind::owner ? 1 : -1;
  std::map<std::tuple<LedgerAccount, Currency, std::string>, std::int64_t> sums;
  for (const auto& line : statement.charges.lines) {
    sums[{party_account(statement.party), line.price.currency, memo_of(line)}] += sign * line.amount_minor;
    sums[{contra_account(statement.party, line), line.price.currency, memo_of(line)}] -= sign * line.amount_minor;
  }
  for (const auto& [key, sum] : sums) {
    const auto& [account, currency, memo] = key;
    if (sum != 0) transaction.postings.push_back({account, currency, sum, memo});
  }
  WAYBILL_ASSERT(check_balanced(transaction), "the postings of a statement do not balance");
  return transaction;
}

}  // namespace waybill::tracker
