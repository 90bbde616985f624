#pragma once
// Every command that reads or changes the tracker's books, as a function from a JSON request to a JSON answer. The
// running tracker calls it for what comes in over its local socket; the CLI calls the very same function in process
// when no tracker runs, and beside it for what reads only. Commands that only a running tracker can answer ("agents",
// "explain", "orders") are not here.
//
// Request: {"command": "isp add", "arguments": {"name": "SP1", "prefix": ["198.51.100.0/24"], ...}}
//          Values are texts as on the command line, lists of them, or booleans for flags.
//          "for": who reads the answer, "isp NAME", "owner NAME" or "file": clients then stand in it under pseudonyms
//          of that recipient's own, and no address does. Left away, or "operator": everything is told.
// Answer:  {"ok": true, "result": {...}}, and for people "lines", "notes" (texts) and "sheets" (tables: "rows" naming a
//          list in the result, "columns" of "key", "heading", "kind", "csv_only"), "failure" (the answer stands, but
//          the exit status is 1: an audit that found faults), plus "registry_changed": true where
//          ISPs, agreements, components or content changed, so that a running tracker reloads its tables; or
//          {"ok": false, "error": "one line", "exit": 1|2} (2: the request itself is wrong), and nothing changed; with
//          "failed": true where nobody is at fault but the disk or the database, and "transient": true where the same
//          request may succeed later.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "common/crypto/ed25519.h"
#include "common/runtime/clock.h"
#include "tracker/accounting/work_meter.h"

namespace waybill::tracker {

class Store;

struct AdministrationContext {
  Store& store;
  const runtime::Clock& clock;
  crypto::KeyPair key;      // the tracker's: enrol links pin it, statements are signed with it
  std::string public_host;  // what agents reach the tracker under; stands on enrol links
  std::uint16_t public_port = 0;
  std::string announce_url = {};  // under which stock clients reach the tracker; empty: they are not served
  // A report reads its whole question, refuses what is wrong with it, and is then asked of a window without traffic.
  bool check_only = false;
  // Hears, while long work goes on, how far it has come; on the store's thread. Absent: nobody asks.
  std::function<void(const WorkDone&)> tell_progress = {};
  std::filesystem::path data = {};  // the tracker's directory, which holds the network files; empty: none are read
};

// On the store's thread. Never throws: a malformed request is an answer with exit 2.
nlohmann::json execute(AdministrationContext& context, const nlohmann::json& request);
std::string execute_text(AdministrationContext& context, const std::string& request);
// {"progress": {"what": ..., "done": n, "expected": n}}: the line that a running tracker sends before its answer.
std::string progress_json(const WorkDone& work);
std::optional<WorkDone> work_done_in(const nlohmann::json& line);  // absent: another line
// True for the commands that need a running tracker's live state: `execute` refuses them, saying so.
bool needs_running_tracker(const std::string& command);
// The exit status of a refusal: one that begins with an option's name is of the command line itself, wrong usage.
int refusal_status(const std::string& refusal);
// True for those that `execute` runs on a store opened read-only.
bool reads_only(const std::string& command);

}  // namespace waybill::tracker
