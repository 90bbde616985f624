#pragma once
// The serving tracker: everything that `waybill-tracker serve` runs, composed. The CLI opens the store and hands in how
// commands are executed, so that this folder depends on neither a concrete engine nor the command line.
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/crypto/ed25519.h"
#include "common/types/ip.h"
#include "common/types/money.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

class Store;

struct ServeOptions {
  std::filesystem::path data;               // holds tracker.sock while it serves
  Endpoint listen;                          // port 0: a free one, printed on the ready line
  std::optional<Endpoint> announce_listen;  // plain HTTP, for stock BitTorrent clients
  std::string announce_url;                 // what their announce URLs begin with
  crypto::KeyPair key;                      // signs orders; its public half is pinned by enrol links and shown in TLS
  std::optional<Money> cdn_price;           // of a gigabyte from a CDN node (coordinator.h)
  // Called once, on the thread that will own the store.
  std::function<Result<std::unique_ptr<Store>>()> open_store;
  // The same for reading only, beside it; on the threads that read for the HTTPS API.
  std::function<Result<std::unique_ptr<Store>>()> open_reader;
  // One command as JSON text to its answer as JSON text (tracker/cli/administration.h), and, while long work goes on,
  // lines that say how far it has come, to `tell` where that is set. On a thread that owns that store.
  using Tell = std::function<void(std::string line)>;
  std::function<std::string(Store&, const std::string& request, const Tell& tell)> administer;
  // For saved reports, on a thread of their own: a store for reading only, whose questions may take as long as they
  // need, and one question's answer as if it were `at`.
  std::function<Result<std::unique_ptr<Store>>()> open_report_reader;
  std::function<std::string(Store&, const std::string& request, TimeMs at)> ask_as_of;
  // The answer to a command as CSV; refused where it has no table. On any thread.
  std::function<Result<std::string>(const std::string& command, const std::string& answer)> csv;
};

// Serves until SIGINT or SIGTERM; prints "ready: https://ADDRESS:PORT" on stdout when agents can connect. Returns the
// exit status: 0 after a clean end, 1 with one line on stderr where it could not start or its store failed for good.
int serve_tracker(ServeOptions options);

}  // namespace waybill::tracker
