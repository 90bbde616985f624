#include <fmt/format.h>

#include "tracker/cli/answer_text_json.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/text_table.h"
#include "tracker/settlement/settlement_export.h"
#include "tracker/settlement/statement_tables.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::string cell_text(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "";
    case json::value_t::string:
      return value.get<std::string>();
    case json::value_t::boolean:
      return value.get<bool>() ? "yes" : "no";
    case json::value_t::array: {
      std::string text;
      for (const auto& item : value) text += (text.empty() ? "" : ", ") + cell_text(item);
      return text;
    }
    case json::value_t::object: {
      if (value.contains("pieces_held")) {  // a content that an agent holds
        return fmt::format("{} {}/{}", cell_text(value.value("title", json())), cell_text(value.at("pieces_held")),
                           cell_text(value.value("pieces_total", json())));
      }
      std::string text;
      for (const auto& item : value) text += (text.empty() ? "" : " ") + cell_text(item);
      return text;
    }
    default:
      return value.dump();
  }
}

constexpr std::size_t kBriefId = 10;  // hexadecimal digits of an id that a table shows

bool is_bytes(const json& column) { return column.at("kind") == "bytes"; }

TextTable human_table(const json& sheet, const json& rows) {
  TextTable table;
  const auto& columns = sheet.at("columns");
  for (const auto& column : columns) {
    const auto& kind = column.at("kind");
    table.columns.push_back({column.at("heading"), kind == "bytes" || kind == "number"});
    if (is_bytes(column)) table.columns.push_back({"", true});
  }
  for (const auto& row : rows) {
    auto& cells = table.rows.emplace_back();
    for (const auto& column : columns) {
      const auto& value = row.value(column.at("key").get<std::string>(), json());
      if (is_bytes(column)) {
        const bool known = value.is_number_integer();
        cells.push_back(known ? exact_bytes(value.get<std::int64_t>()) : "");
        cells.push_back(known ? human_bytes(value.get<std::int64_t>()) : "");
      } else {
        const auto text = cell_text(value);
        cells.push_back(column.at("kind") == "id" ? text.substr(0, kBriefId) : text);
      }
    }
  }
  return table;
}

TextTable csv_table(const json& sheet, const json& rows) {
  TextTable table;
  const auto& columns = sheet.at("columns");
  for (const auto& column : columns) table.columns.push_back({column.at("key")});
  for (const auto& row : rows) {
    auto& cells = table.rows.emplace_back();
    for (const auto& column : columns)
      cells.push_back(cell_text(row.value(column.at("key").get<std::string>(), json())));
  }
  return table;
}

struct LiveColumn {
  const char* key;
  const char* heading;
  const char* kind;
};
struct LiveSheet {
  std::string_view command;
  const char* rows;
  std::vector<LiveColumn> columns;
};
// What the running tracker answers by itself (tracker/api/live_commands.h) states facts only.
const std::vector<LiveSheet>& live_sheets() {
  static const std::vector<LiveSheet> kSheets{
      {"agents",
       "agents",
       {{"name", "NAME", "text"},
        {"agent", "KEY", "id"},
        {"role", "ROLE", "text"},
        {"isp", "ISP", "text"},
        {"address", "ADDRESS", "text"},
        {"nat", "NAT", "text"},
        {"reach", "PORT", "text"},
        {"shares", "SHARES", "text"},
        {"upload_rate", "UPLOAD B/S", "number"},
        {"orders_served", "SERVES", "number"},
        {"orders_fetched", "FETCHES", "number"},
        {"holds", "HOLDS", "text"}}},
      {"explain",
       "candidates",
       {{"name", "NAME", "text"},
        {"agent", "KEY", "id"},
        {"isp", "ISP", "text"},
        {"cdn_node", "CDN NODE", "text"},
        {"on_net", "ON-NET", "text"},
        {"usable", "USABLE", "text"},
        {"reason", "REASON", "text"}}},
      {"policy why",
       "policies",
       {{"policy", "POLICY", "number"},
        {"limits", "LIMITS", "text"},
        {"acked_bytes", "ACKNOWLEDGED BYTES", "bytes"},
        {"reserved_bytes", "RESERVED BYTES", "bytes"},
        {"permitted_rate", "PERMITTED B/S", "number"},
        {"orders", "ORDERS", "number"}}},
      {"policy why",
       "candidates",
       {{"name", "NAME", "text"},
        {"agent", "KEY", "id"},
        {"usable", "USABLE", "text"},
        {"reason", "REASON", "text"},
        {"path", "PATH", "text"},
        {"predicted", "PREDICTED", "text"}}},
      {"watch", "links", {{"link", "LINK", "text"}, {"rate", "B/S", "number"}, {"flows", "FLOWS", "number"}}},
      {"watch",
       "flows",
       {{"receiver", "RECEIVER", "text"},
        {"receiver_isp", "AT", "text"},
        {"receiver_permille", "HOLDS 1/1000", "number"},
        {"sender", "FROM", "text"},
        {"sender_isp", "AT", "text"},
        {"source", "SOURCE", "text"},
        {"rate", "B/S", "number"},
        {"acked_bytes", "ACKNOWLEDGED", "bytes"},
        {"links", "ACROSS", "text"},
        {"path_is", "PATH IS", "text"}}},
      {"orders",
       "orders",
       {{"title", "TITLE", "text"},
        {"sender", "SENDER", "id"},
        {"receiver", "RECEIVER", "id"},
        {"on_net", "ON-NET", "text"},
        {"cdn_node", "CDN NODE", "text"},
        {"acked_bytes", "ACKNOWLEDGED BYTES", "bytes"},
        {"rate", "B/S", "number"},
        {"order", "ORDER", "id"}}},
  };
  return kSheets;
}

json sheets_of(const std::string& command, const json& answer) {
  if (answer.contains("sheets")) return answer.at("sheets");
  json sheets = json::array();
  for (const auto& sheet : live_sheets()) {
    if (sheet.command != command || !answer.at("result").contains(sheet.rows)) continue;
    json columns = json::array();
    for (const auto& [key, heading, kind] : sheet.columns) {
      columns.push_back({{"key", key}, {"heading", heading}, {"kind", kind}});
    }
    sheets.push_back({{"rows", sheet.rows}, {"columns", columns}});
  }
  return sheets;
}

std::string human_text(const std::string& command, const json& answer) {
  std::string text;
  const auto sheets = sheets_of(command, answer);
  for (const auto& line : answer.value("lines", json::array())) text += printable(line.get<std::string>()) + "\n";
  bool shown = !text.empty();
  for (const auto& sheet : sheets) {
    if (sheet.value("csv_only", false)) continue;
    const auto& rows = answer.at("result").at(sheet.at("rows").get<std::string>());
    if (shown) text += "\n";
    text += rows.empty() ? std::string("(none)\n") : render_table(human_table(sheet, rows));
    shown = true;
  }
  for (const auto& note : answer.value("notes", json::array())) text += printable(note.get<std::string>()) + "\n";
  if (text.empty()) text = "(none)\n";
  return text;
}

Result<std::string> settlement_text(const Invocation& invocation, const json& result) {
  const auto statement = statement_of_export(result.dump());
  if (!statement) return tl::make_unexpected(statement.error());
  return invocation.format == OutputFormat::csv ? statement_as_csv(*statement) : statement_as_text(*statement);
}

}  // namespace

Result<std::string> answer_text(const Invocation& invocation, const json& answer) {
  const auto& result = answer.at("result");
  if (invocation.format == OutputFormat::json) {
    return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  }
  if (invocation.command == "settle") return settlement_text(invocation, result);
  if (invocation.format == OutputFormat::table) return human_text(invocation.command, answer);
  const auto sheets = sheets_of(invocation.command, answer);
  if (sheets.empty()) return refuse(fmt::format("`{}` has no table: use --json", invocation.command));
  return render_csv(csv_table(sheets.front(), result.at(sheets.front().at("rows").get<std::string>())));
}

}  // namespace waybill::tracker
