#pragma once
// What `records import-log` tells, of one part of a log or of many.
#include <nlohmann/json.hpp>

#include "tracker/cdn_log/log_reading.h"
#include "tracker/cli/commands/answer_json.h"

namespace waybill::tracker {

struct LogTold {
  std::int64_t lines = 0;
  std::int64_t imported = 0;
  std::int64_t bytes = 0;       // of the imported
  std::int64_t deliveries = 0;  // of the imported
  std::int64_t existed = 0;
  std::int64_t without_bytes = 0;
  LeftOut unreadable;
  LeftOut other_urls;
  // Of the parts before and this one.
  void add(const LogTold& more);
};
nlohmann::json to_json(const LogTold& told);
LogTold log_told_in(const nlohmann::json& result);  // what to_json wrote
Answer answer_of(const LogTold& told);

}  // namespace waybill::tracker
