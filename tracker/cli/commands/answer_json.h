#pragma once
// What a command answers: facts as JSON for programs, and how people may read them (lines, tables). The side that
// prints needs to know nothing of the command. For the .cpp files of this folder.
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tracker/cli/administration.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

struct SheetColumn {
  std::string key;  // of each row's object
  std::string heading;
  // "text", "number", "id" (cut short in tables), or "bytes": exact in CSV, exact and rounded side by side in tables.
  std::string kind = "text";
};

struct Answer {
  nlohmann::json result = nlohmann::json::object();
  std::vector<std::string> lines;  // shown above the tables
  std::vector<std::string> notes;  // shown below them
  bool registry_changed = false;
  std::string failure;  // not empty: the answer stands, and says in one line why the exit status is 1

  // Each of the text's lines (LF or CRLF) is one of `lines`.
  void add_text(const std::string& text);
  // The rows are result[rows_key].
  void add_sheet(std::string rows_key, const std::vector<SheetColumn>& columns);
  // As CSV only: people read `lines`.
  void add_csv_sheet(std::string rows_key, const std::vector<SheetColumn>& columns);
  nlohmann::json to_json() const;
  static Answer from_json(const nlohmann::json& value);  // what to_json wrote; what is missing is empty

 private:
  void add(std::string rows_key, const std::vector<SheetColumn>& columns, bool csv_only);
  nlohmann::json sheets_ = nlohmann::json::array();
};

}  // namespace waybill::tracker
