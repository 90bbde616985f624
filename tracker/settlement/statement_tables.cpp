#include "tracker/settlement/statement_tables.h"

#include <fmt/format.h>

#include "tracker/reports/byte_size.h"
#include "tracker/reports/text_table.h"

namespace waybill::tracker {

namespace {

std::string traffic_name(bool on_net) { return on_net ? "on-net" : "off-net"; }

// What a kind of line has none of stays empty.
std::vector<std::string> place_cells(const ChargeLine& line) {
  if (!is_volume(line.kind)) return {"", "", "", "", ""};
  if (line.kind == ChargeKind::unacknowledged_volume) {
    return {"", traffic_name(line.on_net), "", name_of(line.content_class), line.owner};
  }
  return {std::to_string(line.tier + 1), traffic_name(line.on_net), line.peak ? "peak" : "off-peak",
          name_of(line.content_class), line.owner};
}

std::string lines_table(const Statement& statement) {
  TextTable table{{{"MONTH"},
                   {"AGREEMENT", true},
                   {"KIND"},
                   {"TIER", true},
                   {"TRAFFIC"},
                   {"HOURS"},
                   {"CLASS"},
                   {"OWNER"},
                   {"QUANTITY", true},
                   {"", true},
                   {"RECEIPTS", true},
                   {"PRICE", true},
                   {"AMOUNT", true},
                   {"CURRENCY"}},
                  {}};
  for (const auto& line : statement.charges.lines) {
    const auto currency = line.price.currency;
    const bool volume = is_volume(line.kind);
    std::vector<std::string> row{line.month, std::to_string(line.agreement.value), name_of(line.kind)};
    for (auto& cell : place_cells(line)) row.push_back(std::move(cell));
    row.push_back(exact_bytes(line.quantity));
    row.push_back(volume ? human_bytes(line.quantity) : "");
    row.push_back(volume ? std::to_string(line.receipts) : "");
    for (auto& cell : {format_exact(line.price), format_minor(line.amount_minor, currency), currency.str()}) {
      row.push_back(cell);
    }
    table.rows.push_back(std::move(row));
  }
  for (const auto& total : statement.charges.totals) {
    table.rows.push_back({"", "", "TOTAL", "", "", "", "", "", "", "", "", "",
                          format_minor(total.amount_minor, total.currency), total.currency.str()});
  }
  return render_table(table);
}

std::string terms_text(const Statement& statement) {
  std::string text;
  for (const auto& agreement : statement.agreements) {
    text += fmt::format("Agreement {}: {}\n", agreement.id.value, term_text(agreement.from, agreement.until));
  }
  return text;
}

std::string unacknowledged_table(const Statement& statement) {
  TextTable table{{{"TRAFFIC"}, {"CLASS"}, {"OWNER"}, {"UNACKNOWLEDGED BYTES", true}, {"", true}}, {}};
  for (const auto& line : statement.unacknowledged) {
    table.rows.push_back({traffic_name(line.on_net), name_of(line.content_class), line.owner,
                          exact_bytes(line.bytes.value), human_bytes(line.bytes.value)});
  }
  return render_table(table);
}

std::string cdn_nodes_table(const Statement& statement) {
  TextTable table{{{"TRAFFIC"}, {"OWNER"}, {"ACKNOWLEDGED BYTES", true}, {"", true}, {"RECEIPTS", true}}, {}};
  for (const auto& line : statement.cdn_nodes) {
    table.rows.push_back({traffic_name(line.on_net), line.owner, exact_bytes(line.acked.value),
                          human_bytes(line.acked.value), std::to_string(line.receipts)});
  }
  return render_table(table);
}

std::string refused_table(const Statement& statement) {
  TextTable table{{{"STATUS", true}, {"REASON"}, {"RECEIPTS", true}}, {}};
  for (const auto& line : statement.refused) {
    table.rows.push_back({std::to_string(static_cast<int>(line.status)), std::string(protocol::name_of(line.status)),
                          std::to_string(line.count)});
  }
  return render_table(table);
}

}  // namespace

std::string statement_as_text(const Statement& statement) {
  std::string text = fmt::format("Statement for {}, {} ({} to {}, {})\n", printable(statement.isp), statement.period,
                                 format_time(statement.window.from), format_time(statement.window.until),
                                 printable(statement.timezone));
  text +=
      "Due to the ISP for the uplink its customers lent, each receipt by the agreement in force at its end; volume: "
      "price per GB of 10^9 acknowledged bytes; unacknowledged volume: of bytes on the senders' word. Each line is "
      "rounded once, halves to even.\n";
  text += terms_text(statement) + "\n";
  if (statement.charges.lines.empty()) text += "Its customers' uplinks carried nothing in this period.\n";
  if (!statement.charges.lines.empty() || !statement.charges.totals.empty()) text += lines_table(statement);
  if (!statement.unacknowledged.empty()) {
    text += "\nSent, and acknowledged by nobody (for information: what the terms price of it stands above)\n";
    text += unacknowledged_table(statement);
  }
  if (!statement.cdn_nodes.empty()) {
    text += "\nSent by CDN nodes at this ISP (for information: no customer's uplink, nothing is owed for it)\n";
    text += cdn_nodes_table(statement);
  }
  if (statement.refused.empty()) {
    text += "\nNo receipt was refused.\n";
  } else {
    text += "\nRefused receipts (counted nowhere)\n" + refused_table(statement);
  }
  return text;
}

std::string statement_as_csv(const Statement& statement) {
  TextTable table{{{"entry"},
                   {"isp"},
                   {"period"},
                   {"month"},
                   {"agreement"},
                   {"kind"},
                   {"tier"},
                   {"traffic"},
                   {"hours"},
                   {"class"},
                   {"owner"},
                   {"quantity"},
                   {"receipts"},
                   {"price"},
                   {"currency"},
                   {"amount"},
                   {"note"}},
                  {}};
  const auto add = [&](std::string entry, std::vector<std::string> rest) {
    std::vector<std::string> row{std::move(entry), statement.isp, statement.period};
    row.insert(row.end(), rest.begin(), rest.end());
    table.rows.push_back(std::move(row));
  };
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  for (const auto& line : statement.charges.lines) {
    const auto currency = line.price.currency;
    std::vector<std::string> cells{line.month, number(line.agreement.value), name_of(line.kind)};
    for (auto& cell : place_cells(line)) cells.push_back(std::move(cell));
    for (auto& cell : {number(line.quantity), is_volume(line.kind) ? number(line.receipts) : "",
                       format_exact(line.price), currency.str(), format_minor(line.amount_minor, currency)}) {
      cells.push_back(cell);
    }
    cells.emplace_back("");
    add("line", std::move(cells));
  }
  for (const auto& total : statement.charges.totals) {
    add("total", {"", "", "", "", "", "", "", "", "", "", "", total.currency.str(),
                  format_minor(total.amount_minor, total.currency), ""});
  }
  for (const auto& line : statement.unacknowledged) {
    add("unacknowledged", {"", "", "", "", traffic_name(line.on_net), "", name_of(line.content_class), line.owner,
                           number(line.bytes.value), "", "", "", "", "for information"});
  }
  for (const auto& line : statement.cdn_nodes) {
    add("cdn_node", {"", "", "", "", traffic_name(line.on_net), "", "", line.owner, number(line.acked.value),
                     number(line.receipts), "", "", "", "for information: not paid"});
  }
  for (const auto& line : statement.refused) {
    add("refused", {"", "", "", "", "", "", "", "", "", number(line.count), "", "", "",
                    std::string(protocol::name_of(line.status))});
  }
  return render_csv(table);
}

}  // namespace waybill::tracker
