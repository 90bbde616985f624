#pragma once
// The serving tracker as one call.
#include <filesystem>
#include <string>

#include "common/runtime/log.h"
#include "common/types/ip.h"

namespace waybill::tracker {

struct ServeOptions {
  std::filesystem::path data;  // made by `waybill-tracker init`
  Endpoint listen;
  std::string public_host;  // what agents reach the tracker under; stands on enrol links
  std::string store_url;    // empty: the SQLite file inside `data`
  runtime::LogLevel level = runtime::LogLevel::info;
};

// Runs until SIGINT or SIGTERM; the process's exit status (0 after a clean shutdown, 1 with one line on stderr).
int serve_tracker(const ServeOptions& options);

}  // namespace waybill::tracker
