#pragma once
// Downloads and publications as the lines that the daemon answers with and that --json prints: one object a line.
#include <nlohmann/json_fwd.hpp>

#include "agent/control/download.h"
#include "agent/control/publish_desk.h"
#include "common/types/result.h"

namespace waybill::cli {

nlohmann::ordered_json download_facts(const control::DownloadView& view);
// Reads what download_facts wrote, on the other side of the daemon's line. Missing fields stay as they are by default.
control::DownloadView parse_download_facts(const nlohmann::ordered_json& facts);

nlohmann::ordered_json progress_line(const control::DownloadView& view);          // "event": "progress"
nlohmann::ordered_json result_line(const Result<control::DownloadView>& result);  // "done": true
nlohmann::ordered_json hashing_line(ByteCount done, ByteCount total);             // "event": "hashing"
nlohmann::ordered_json result_line(const Result<control::Published>& result);     // "done": true
nlohmann::ordered_json error_line(const Error& error);                            // "done": true, "ok": false

}  // namespace waybill::cli
