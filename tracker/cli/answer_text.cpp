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
      std::string text;
      for (const auto& item : value) text += (text.empty() ? "" : " ") + cell_text(item);
      return text;
    }
    default:
      return value.dump();
  }
}

bool is_bytes(const json& column) { return column.at("kind") == "bytes"; }

TextTable human_table(const json& sheet, const json& rows) {
  TextTable table;
  const auto& columns = sheet.at("columns");
  for (const auto& column : columns) {
    table.columns.push_back({column.at("heading"), column.at("kind") != "text"});
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
        cells.push_back(cell_text(value));
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

// A live command's answer states no sheets: every list of objects in it becomes one, by its own keys.
json sheets_of(const json& answer) {
  if (answer.contains("sheets")) return answer.at("sheets");
  json sheets = json::array();
  for (const auto& [key, rows] : answer.at("result").items()) {
    if (!rows.is_array() || rows.empty() || !rows.front().is_object()) continue;
    json columns = json::array();
    for (const auto& [name, value] : rows.front().items()) {
      std::string heading = name;
      for (char& c : heading) c = c == '_' ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      columns.push_back({{"key", name}, {"heading", heading}, {"kind", value.is_number() ? "number" : "text"}});
    }
    sheets.push_back({{"rows", key}, {"columns", columns}});
  }
  return sheets;
}

std::string human_text(const json& answer) {
  std::string text;
  const auto sheets = sheets_of(answer);
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
  if (invocation.format == OutputFormat::table) return human_text(answer);
  const auto sheets = sheets_of(answer);
  if (sheets.empty()) return refuse(fmt::format("`{}` has no table: use --json", invocation.command));
  return render_csv(csv_table(sheets.front(), result.at(sheets.front().at("rows").get<std::string>())));
}

}  // namespace waybill::tracker
