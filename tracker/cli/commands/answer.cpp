#include "tracker/cli/commands/answer_json.h"

namespace waybill::tracker {

using nlohmann::json;

void Answer::add_sheet(std::string title, std::string rows_key, const std::vector<SheetColumn>& columns) {
  json described = json::array();
  for (const auto& column : columns) {
    described.push_back({{"key", column.key}, {"heading", column.heading}, {"kind", column.kind}});
  }
  sheets_.push_back({{"title", std::move(title)}, {"rows", std::move(rows_key)}, {"columns", std::move(described)}});
}

json Answer::to_json() const {
  json value = {{"ok", true}, {"result", result}};
  if (!lines.empty()) value["lines"] = lines;
  if (!notes.empty()) value["notes"] = notes;
  if (!sheets_.empty()) value["sheets"] = sheets_;
  if (registry_changed) value["registry_changed"] = true;
  return value;
}

}  // namespace waybill::tracker
