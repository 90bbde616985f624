#include <algorithm>

#include "tracker/cli/commands/answer_json.h"

namespace waybill::tracker {

using nlohmann::json;

void Answer::add_text(const std::string& text) {
  std::size_t start = 0;
  while (start < text.size()) {
    const auto end = std::min(text.find('\n', start), text.size());
    auto line = text.substr(start, end - start);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    start = end + 1;
  }
}

void Answer::add_sheet(std::string rows_key, const std::vector<SheetColumn>& columns) {
  add(std::move(rows_key), columns, false);
}

void Answer::add_csv_sheet(std::string rows_key, const std::vector<SheetColumn>& columns) {
  add(std::move(rows_key), columns, true);
}

void Answer::add(std::string rows_key, const std::vector<SheetColumn>& columns, bool csv_only) {
  json described = json::array();
  for (const auto& column : columns) {
    described.push_back({{"key", column.key}, {"heading", column.heading}, {"kind", column.kind}});
  }
  sheets_.push_back({{"rows", std::move(rows_key)}, {"columns", std::move(described)}, {"csv_only", csv_only}});
}

json Answer::to_json() const {
  json value = {{"ok", true}, {"result", result}};
  if (!lines.empty()) value["lines"] = lines;
  if (!notes.empty()) value["notes"] = notes;
  if (!sheets_.empty()) value["sheets"] = sheets_;
  if (!failure.empty()) value["failure"] = failure;
  if (registry_changed) value["registry_changed"] = true;
  return value;
}

Answer Answer::from_json(const json& value) {
  Answer answer;
  answer.result = value.value("result", json::object());
  answer.lines = value.value("lines", std::vector<std::string>());
  answer.notes = value.value("notes", std::vector<std::string>());
  answer.sheets_ = value.value("sheets", json::array());
  answer.failure = value.value("failure", std::string());
  return answer;
}

}  // namespace waybill::tracker
