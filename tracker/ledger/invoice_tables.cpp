#include "tracker/ledger/invoice_tables.h"

#include <fmt/format.h>

#include "tracker/reports/text_table.h"

namespace waybill::tracker {

namespace {

std::string heading(const Invoice& invoice) {
  const bool isp = invoice.party.kind == PartyKind::isp;
  auto text = fmt::format("{}{} {}\n", isp ? "Self-billed " : "", name_of(invoice.kind), invoice.full_number());
  text += fmt::format("Issued   {} by {}\n", invoice.issue_date, printable(invoice.issuer));
  text += fmt::format("{}  {}\n", isp ? "Payee  " : "Payer  ", printable(invoice.party.name));
  text += fmt::format("Period   {}, {} to {}\n", invoice.period, format_time(invoice.window.from),
                      format_time(invoice.window.until));
  if (!invoice.credits.empty()) {
    text += fmt::format("Credits  {}: {}\n", invoice.credits, printable(invoice.reason));
  }
  return text;
}

std::vector<std::string> charge_cells(const std::optional<ChargeLine>& charge) {
  if (!charge) return {"", "", "", "", "", ""};
  return {charge->month,
          std::to_string(charge->agreement.value),
          name_of(charge->kind),
          std::to_string(charge->quantity),
          format_exact(charge->price),
          charge->late ? "late" : ""};
}

const std::vector<TextColumn>& csv_columns() {
  static const std::vector<TextColumn> kColumns{
      {"row"},  {"number"},  {"month"},       {"agreement"}, {"kind"},   {"quantity"},    {"price"},
      {"late"}, {"credits"}, {"description"}, {"currency"},  {"amount"}, {"amount_minor"}};
  return kColumns;
}

void add_csv_row(TextTable& table, const std::string& row, const std::string& number,
                 const std::vector<std::string>& charge, const std::string& credits, const std::string& description,
                 Currency currency, std::int64_t minor) {
  std::vector<std::string> cells{row, number};
  cells.insert(cells.end(), charge.begin(), charge.end());
  for (const auto& cell :
       {credits, description, currency.str(), format_minor(minor, currency), std::to_string(minor)}) {
    cells.push_back(cell);
  }
  table.rows.push_back(std::move(cells));
}

}  // namespace

std::string invoice_as_text(const Invoice& invoice) {
  TextTable table{{{"LINE", true}, {"DESCRIPTION"}, {invoice.currency.str(), true}}, {}};
  for (const auto& line : invoice.lines) {
    table.rows.push_back(
        {std::to_string(line.number), line.description, format_minor(line.amount_minor, invoice.currency)});
  }
  table.rows.push_back({"", "Total", format_minor(invoice.total_minor, invoice.currency)});
  return heading(invoice) + "\n" + render_table(table) +
         "Each line is rounded once, to the minor unit, halves to even; the total is their sum.\n";
}

std::string invoice_as_csv(const Invoice& invoice) {
  TextTable table{csv_columns(), {}};
  for (const auto& line : invoice.lines) {
    add_csv_row(table, "line", std::to_string(line.number), charge_cells(line.charge),
                line.credits_line == 0 ? "" : fmt::format("{} line {}", invoice.credits, line.credits_line),
                line.description, invoice.currency, line.amount_minor);
  }
  add_csv_row(table, "total", "", charge_cells(std::nullopt), "", invoice.full_number(), invoice.currency,
              invoice.total_minor);
  return render_csv(table);
}

std::string account_statement_as_text(const AccountStatement& statement) {
  TextTable table{{{"LINE"}, {"CURRENCY"}, {"AMOUNT", true}}, {}};
  for (const auto& line : statement.charges.lines) {
    table.rows.push_back(
        {line_description(line), line.price.currency.str(), format_minor(line.amount_minor, line.price.currency)});
  }
  for (const auto& total : statement.charges.totals) {
    table.rows.push_back({"Total", total.currency.str(), format_minor(total.amount_minor, total.currency)});
  }
  auto text = fmt::format("Statement of {} for {} {}, {} to {}\n\n", statement.period, name_of(statement.party.kind),
                          printable(statement.party.name), format_time(statement.window.from),
                          format_time(statement.window.until)) +
              render_table(table);
  if (statement.charges.unpriced.value != 0) {
    text += fmt::format("{} bytes were delivered while no contract was in force\n", statement.charges.unpriced.value);
  }
  return text;
}

std::string account_statement_as_csv(const AccountStatement& statement) {
  TextTable table{csv_columns(), {}};
  int number = 0;
  for (const auto& line : statement.charges.lines) {
    add_csv_row(table, "line", std::to_string(++number), charge_cells(line), "", line_description(line),
                line.price.currency, line.amount_minor);
  }
  for (const auto& total : statement.charges.totals) {
    add_csv_row(table, "total", "", charge_cells(std::nullopt), "", statement.period, total.currency,
                total.amount_minor);
  }
  return render_csv(table);
}

}  // namespace waybill::tracker
