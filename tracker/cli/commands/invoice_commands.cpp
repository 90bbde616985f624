#include <charconv>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/party_argument_json.h"
#include "tracker/ledger/books.h"
#include "tracker/ledger/invoice_tables.h"
#include "tracker/ledger/ubl.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json invoice_fact(const Invoice& invoice) {
  return {{"number", invoice.full_number()},
          {"kind", name_of(invoice.kind)},
          {"party", invoice.party.name},
          {"party_kind", name_of(invoice.party.kind)},
          {"period", invoice.period},
          {"issued", invoice.issue_date},
          {"credits", invoice.credits},
          {"currency", invoice.currency.str()},
          {"total", format_minor(invoice.total_minor, invoice.currency)},
          {"total_minor", invoice.total_minor},
          {"sha256", to_hex(invoice_hash(invoice))}};
}

Answer invoice_answer(const Invoice& invoice) {
  Answer answer;
  answer.result = {{"invoice", json::parse(invoice_text(invoice))}, {"sha256", to_hex(invoice_hash(invoice))}};
  return answer;
}

std::string issuer_of(AdministrationContext& context, Arguments& arguments) {
  const auto named = arguments.text("issuer");
  if (named) return *named;
  return context.public_host.empty() ? "operator" : context.public_host;
}

// "2=12.34"
Result<CreditedLine> read_line(const std::string& text, Currency currency) {
  const auto equals = text.find('=');
  CreditedLine line;
  const auto* end = text.data() + std::min(equals, text.size());
  const auto number = std::from_chars(text.data(), end, line.line);
  if (equals == std::string::npos || number.ec != std::errc() || number.ptr != end) {
    return refuse(fmt::format("--line '{}' is not a line and an amount like 2=12.34", text));
  }
  const auto amount = parse_money(text.substr(equals + 1), currency);
  if (!amount) return pass_on(amount.error(), "--line");
  line.amount_minor = round_to_minor(*amount);
  if (line.amount_minor * 1'000'000 != amount->micro_minor) {
    return refuse(fmt::format("--line '{}': a credit is of whole minor units", text));
  }
  return line;
}

}  // namespace

Result<Answer> invoice_issue(AdministrationContext& context, Arguments& arguments) {
  const auto period = arguments.positional("period");
  const auto party = party_argument(arguments);
  const auto issuer = issuer_of(context, arguments);
  const auto series = arguments.text("series");
  const auto currency = arguments.read_as("currency", [](const std::string& code) { return Currency::parse(code); });
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto books = Books::of(context.store, party);
  if (!books) return pass_on(books);
  const auto issued = books->issue(period, series, issuer, currency, context.clock.now());
  if (!issued) return tl::make_unexpected(issued.error());
  auto answer = invoice_answer(issued->invoice);
  answer.result["existed"] = issued->existed;
  answer.add_text(invoice_as_text(issued->invoice));
  if (issued->existed) answer.lines.push_back("It was issued before: nothing changed");
  return answer;
}

Result<Answer> invoice_list(AdministrationContext& context, Arguments& arguments) {
  InvoiceQuery query;
  query.party = optional_party_argument(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto rows = context.store.ledger().invoices(query);
  if (!rows) return tl::make_unexpected(rows.error());
  Answer answer;
  auto& list = answer.result["invoices"] = json::array();
  for (const auto& row : *rows) {
    const auto invoice = read_invoice(row.text);
    if (!invoice) return tl::make_unexpected(invoice.error());
    list.push_back(invoice_fact(*invoice));
  }
  answer.add_sheet("invoices", {{"number", "NUMBER"},
                                {"kind", "KIND"},
                                {"party", "PARTY"},
                                {"period", "PERIOD"},
                                {"issued", "ISSUED"},
                                {"credits", "CREDITS"},
                                {"currency", "CURRENCY"},
                                {"total", "TOTAL", "number"}});
  return answer;
}

Result<Answer> invoice_show(AdministrationContext& context, Arguments& arguments) {
  const auto number = arguments.positional("number");
  const auto form = arguments.text("as").value_or("table");
  if (form != "table" && form != "csv" && form != "json" && form != "ubl") {
    arguments.fault("as", "'" + form + "' is none of table, csv, json, ubl");
  }
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto invoice = find_invoice(context.store, number);
  if (!invoice) return tl::make_unexpected(invoice.error());
  auto answer = invoice_answer(*invoice);
  answer.result["ubl"] = invoice_as_ubl(*invoice);
  if (form == "table") answer.add_text(invoice_as_text(*invoice));
  if (form == "csv") answer.add_text(invoice_as_csv(*invoice));
  if (form == "json") answer.add_text(invoice_text(*invoice));
  if (form == "ubl") answer.add_text(invoice_as_ubl(*invoice));
  return answer;
}

Result<Answer> invoice_credit(AdministrationContext& context, Arguments& arguments) {
  const auto number = arguments.positional("number");
  const auto reason = arguments.required("reason");
  const auto texts = arguments.list("line");
  const auto issuer = issuer_of(context, arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto invoice = find_invoice(context.store, number);
  if (!invoice) return tl::make_unexpected(invoice.error());
  std::vector<CreditedLine> lines;
  for (const auto& text : texts) {
    const auto line = read_line(text, invoice->currency);
    if (!line) return tl::make_unexpected(line.error());
    lines.push_back(*line);
  }
  const auto credit = credit_invoice(context.store, number, lines, reason, issuer, context.clock.now());
  if (!credit) return tl::make_unexpected(credit.error());
  auto answer = invoice_answer(*credit);
  answer.add_text(invoice_as_text(*credit));
  return answer;
}

}  // namespace waybill::tracker
