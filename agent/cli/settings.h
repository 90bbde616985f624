#pragma once
// What the machine's administrator sets in agent.conf (packaging/config/agent.conf explains each line) or on the
// command line, which comes first.
#include <filesystem>
#include <optional>
#include <string>

#include "common/protocol/control_messages.h"
#include "common/runtime/log.h"
#include "common/types/ip.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::cli {

struct Settings {
  std::optional<Endpoint> listen;                     // for other agents; port 0: a free one
  std::optional<IpAddress> bind;                      // connect from this address
  std::optional<std::filesystem::path> data;          // the state directory
  std::optional<std::filesystem::path> download_dir;  // where `get` without -o puts files
  std::filesystem::path ca_file;                      // authorities for https pages; empty: the system's
  ByteRate upload_cap;                                // upper bound of what `share` may set; 0: none
  std::optional<int> upload_slots;                    // upper bound of what `share` may set
  bool low_memory = false;
  bool utp = false;
  bool map_port = false;
  std::optional<runtime::LogLevel> log_level;

  Endpoint listen_or_default() const;  // any address, or `bind`; a free port
};

// "key = value" lines; # begins a comment. Refuses unknown keys and values that cannot be read, naming file and key.
Result<Settings> read_settings(const std::filesystem::path& file);
// One setting, by the file's key.
Status set_setting(Settings& settings, const std::string& key, const std::string& value);

// What the owner permits, within the administrator's bounds, and only while receipts can be kept.
protocol::SharingState effective_sharing(const protocol::SharingState& owner, const Settings& settings,
                                         bool receipts_kept);

}  // namespace waybill::cli
