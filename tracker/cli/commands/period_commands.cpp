#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/party_argument_json.h"
#include "tracker/ledger/balance_reading.h"
#include "tracker/ledger/books.h"
#include "tracker/ledger/invoice_tables.h"
#include "tracker/ledger/journal.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

Answer statement_answer(const AccountStatement& statement, const std::string& state) {
  Answer answer;
  answer.result = {{"statement", json::parse(account_statement_text(statement))},
                   {"sha256", to_hex(statement_hash(statement))},
                   {"state", state}};
  auto& rows = answer.result["lines"] = json::array();
  for (const auto& line : statement.charges.lines) {
    rows.push_back({{"month", line.month},
                    {"kind", name_of(line.kind)},
                    {"description", line_description(line)},
                    {"late", line.late},
                    {"currency", line.price.currency.str()},
                    {"amount", format_minor(line.amount_minor, line.price.currency)}});
  }
  answer.add_text(account_statement_as_text(statement));
  answer.lines.push_back("The period is " + state);
  answer.add_csv_sheet("lines", {{"month", "MONTH"},
                                 {"kind", "KIND"},
                                 {"description", "DESCRIPTION"},
                                 {"late", "LATE"},
                                 {"currency", "CURRENCY"},
                                 {"amount", "AMOUNT", "number"}});
  return answer;
}

json balance_json(const NetOwed& pair) {
  const auto amount = [&](std::int64_t minor) { return format_minor(minor, pair.currency); };
  const auto net = pair.net_minor < 0 ? -pair.net_minor : pair.net_minor;
  const auto name = [&](bool a) { return pair.net_minor == 0 ? "" : a ? pair.a : pair.b; };
  return {{"a", pair.a},
          {"b", pair.b},
          {"currency", pair.currency.str()},
          {"a_to_b_bytes", pair.a_to_b.value},
          {"b_to_a_bytes", pair.b_to_a.value},
          {"a_earned", amount(pair.a_earned_minor)},
          {"a_earned_minor", pair.a_earned_minor},
          {"b_earned", amount(pair.b_earned_minor)},
          {"b_earned_minor", pair.b_earned_minor},
          {"net", amount(net)},
          {"net_minor", net},
          {"owed_by", name(pair.net_minor < 0)},
          {"owed_to", name(pair.net_minor > 0)}};
}

}  // namespace

std::optional<Party> optional_party_argument(Arguments& arguments) {
  const auto isp = arguments.text("isp");
  const auto owner = arguments.text("owner");
  if (isp && owner) arguments.fault("owner", "and --isp are two parties: name one");
  if (isp) return Party{PartyKind::isp, *isp};
  if (owner) return Party{PartyKind::owner, *owner};
  return std::nullopt;
}

Party party_argument(Arguments& arguments) {
  const auto party = optional_party_argument(arguments);
  if (!party) arguments.fault("isp", "or --owner is needed");
  return party.value_or(Party{});
}

Result<Answer> period_list(AdministrationContext& context, Arguments& arguments) {
  const auto party = party_argument(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto books = Books::of(context.store, party);
  if (!books) return pass_on(books);
  const auto now = context.clock.now();
  const auto periods = books->periods(now);
  if (!periods) return tl::make_unexpected(periods.error());
  Answer answer;
  auto& rows = answer.result["periods"] = json::array();
  for (const auto& period : *periods) {
    rows.push_back({{"period", period.name},
                    {"state", name_of(state_at(period, now))},
                    {"from", format_time(period.window.from)},
                    {"until", format_time(period.window.until)},
                    {"due_at", format_time(period.window.until + kDefaultGrace)},
                    {"closed_at", period.closed_at ? json(format_time(*period.closed_at)) : json(nullptr)}});
  }
  answer.add_sheet("periods", {{"period", "PERIOD"},
                               {"state", "STATE"},
                               {"from", "FROM"},
                               {"until", "UNTIL"},
                               {"due_at", "DUE"},
                               {"closed_at", "CLOSED"}});
  return answer;
}

Result<Answer> period_show(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("period");
  const auto party = party_argument(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto books = Books::of(context.store, party);
  if (!books) return pass_on(books);
  const auto statement = books->statement(name);
  if (!statement) return tl::make_unexpected(statement.error());
  const auto periods = books->periods(context.clock.now());
  if (!periods) return tl::make_unexpected(periods.error());
  std::string state = "open";
  for (const auto& period : *periods) {
    if (period.name == name) state = name_of(state_at(period, context.clock.now()));
  }
  return statement_answer(*statement, state);
}

Result<Answer> period_close(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("period");
  const auto party = party_argument(arguments);
  const auto grace = arguments.integer("grace", 0, 24 * 366);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto books = Books::of(context.store, party);
  if (!books) return pass_on(books);
  const auto closed = books->close(name, grace ? hours(*grace) : kDefaultGrace, context.clock.now());
  if (!closed) return tl::make_unexpected(closed.error());
  return statement_answer(*closed, "closed");
}

Result<Answer> period_balance(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("period");
  const auto isp = arguments.text("isp");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (isp) {
    if (const auto known = context.store.registry().find_isp(*isp); !known) return tl::make_unexpected(known.error());
  }
  const auto senders = off_net_senders(context.store, name);
  if (!senders) return tl::make_unexpected(senders.error());
  const auto pairs = net_owed(*senders);
  if (!pairs) return tl::make_unexpected(pairs.error());
  Answer answer;
  answer.result["period"] = name;
  auto& rows = answer.result["balances"] = json::array();
  for (const auto& pair : *pairs) {
    if (!isp || pair.a == *isp || pair.b == *isp) rows.push_back(balance_json(pair));
  }
  answer.add_sheet("balances", {{"a", "A"},
                                {"b", "B"},
                                {"a_to_b_bytes", "A TO B", "bytes"},
                                {"b_to_a_bytes", "B TO A", "bytes"},
                                {"a_earned", "A EARNED", "number"},
                                {"b_earned", "B EARNED", "number"},
                                {"net", "NET", "number"},
                                {"currency", "CURRENCY"},
                                {"owed_by", "OWED BY"},
                                {"owed_to", "OWED TO"}});
  answer.notes.push_back(
      "Earned: for off-net bytes, by each ISP's own terms on its own clocks; minimums and percentiles are in neither "
      "direction. Net: the difference, owed by one to the other if they settle between themselves.");
  return answer;
}

Result<Answer> list_journal(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  std::vector<LedgerTransaction> transactions;
  const auto read = context.store.ledger().each_transaction([&](const StoredTransaction& one) -> Status {
    transactions.push_back(one.transaction);
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  Answer answer;
  const auto text = journal_text(transactions);
  answer.result = {{"journal", text}, {"transactions", transactions.size()}};
  answer.add_text(text);
  return answer;
}

}  // namespace waybill::tracker
