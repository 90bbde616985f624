#include "tracker/settlement/statement_tables.h"

#include <fmt/format.h>

#include "tracker/reports/byte_size.h"
#include "tracker/reports/text_table.h"

namespace waybill::tracker {

namespace {

std::string traffic_name(bool on_net) { return on_net ? "on-net" : "off-net"; }

std::string lines_table(const Statement& statement) {
  TextTable table{{{"AGREEMENT", true},
                   {"TRAFFIC"},
                   {"OWNER"},
                   {"ACKNOWLEDGED BYTES", true},
                   {"", true},
                   {"RECEIPTS", true},
                   {"PRICE/GB", true},
                   {"AMOUNT", true},
                   {"CURRENCY"},
                   {"UNACKNOWLEDGED BYTES", true}},
                  {}};
  for (const auto& line : statement.lines) {
    const auto& currency = line.price_per_gb.currency;
    table.rows.push_back({std::to_string(line.agreement.value), traffic_name(line.on_net), line.owner,
                          exact_bytes(line.acked.value), human_bytes(line.acked.value), std::to_string(line.receipts),
                          format_exact(line.price_per_gb), format_minor(line.amount_minor, currency), currency.str(),
                          exact_bytes(line.unacknowledged.value)});
  }
  for (const auto& total : statement.totals) {
    table.rows.push_back({"", "TOTAL", "", exact_bytes(total.acked.value), human_bytes(total.acked.value),
                          std::to_string(total.receipts), "", format_minor(total.amount_minor, total.currency),
                          total.currency.str(), exact_bytes(total.unacknowledged.value)});
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
      "Due to the ISP for the uplink its customers lent; price per GB of 10^9 acknowledged bytes, each line rounded "
      "once, halves to even.\n\n";
  if (statement.lines.empty()) text += "Its customers' uplinks carried nothing in this period.\n";
  if (!statement.lines.empty() || !statement.totals.empty()) text += lines_table(statement);
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
                   {"agreement"},
                   {"traffic"},
                   {"owner"},
                   {"acknowledged_bytes"},
                   {"receipts"},
                   {"unacknowledged_bytes"},
                   {"price_per_gb"},
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
  for (const auto& line : statement.lines) {
    const auto& currency = line.price_per_gb.currency;
    add("line", {number(line.agreement.value), traffic_name(line.on_net), line.owner, number(line.acked.value),
                 number(line.receipts), number(line.unacknowledged.value), format_exact(line.price_per_gb),
                 currency.str(), format_minor(line.amount_minor, currency), ""});
  }
  for (const auto& total : statement.totals) {
    add("total", {"", "", "", number(total.acked.value), number(total.receipts), number(total.unacknowledged.value), "",
                  total.currency.str(), format_minor(total.amount_minor, total.currency), ""});
  }
  for (const auto& line : statement.cdn_nodes) {
    add("cdn_node", {"", traffic_name(line.on_net), line.owner, number(line.acked.value), number(line.receipts), "", "",
                     "", "", "for information: not paid"});
  }
  for (const auto& line : statement.refused) {
    add("refused", {"", "", "", "", number(line.count), "", "", "", "", std::string(protocol::name_of(line.status))});
  }
  return render_csv(table);
}

}  // namespace waybill::tracker
