#pragma once
// DIR/tracker.conf: what the operator may set. packaging/config/tracker.conf explains each setting and is what
// `waybill-tracker init` starts from.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/runtime/log.h"
#include "common/types/ip.h"
#include "common/types/money.h"
#include "common/types/result.h"
#include "tracker/cli/data_directory.h"

namespace waybill::tracker {

struct Settings {
  Endpoint listen;
  std::string public_host;                  // on enrol links
  std::uint16_t public_port = 0;            // on enrol links; the port of `listen` unless stated
  std::optional<Endpoint> announce_listen;  // plain HTTP, for stock BitTorrent clients; absent: they are not served
  std::string announce_url;  // what announce URLs begin with; made of public-host and announce-listen unless stated
  std::string store;         // where the books are: a path or URL for open_store
  std::optional<Money> cdn_price;  // of a gigabyte from a CDN node
  runtime::LogLevel log_level = runtime::LogLevel::info;
};

// Refuses unknown settings and unreadable values, naming file and setting in one line.
Result<Settings> read_settings(const DataDirectory& directory);

// The file that `init` writes. `store`: as given by a person; empty: the default.
Result<std::string> initial_settings(const Endpoint& listen, const std::string& public_host, const std::string& store);

// Puts another `store` into the file, for every command from here on. The caller holds the data directory's lock.
Status keep_store(const DataDirectory& directory, const std::string& store);

}  // namespace waybill::tracker
