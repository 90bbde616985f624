#pragma once
// The agent put together: the control channel, the transfer engine, the library, the downloads, the receipts. One app
// is what `run` is for as long as it lives, and `get` without a daemon for one download. Lives on one loop.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "agent/cli/settings.h"
#include "agent/cli/state_directory.h"
#include "agent/control/download_desk.h"
#include "agent/control/enrollment.h"
#include "agent/control/publish_desk.h"
#include "agent/sharing/consent.h"
#include "common/crypto/ed25519.h"
#include "common/runtime/event_loop.h"

namespace waybill::cli {

struct AppOptions {
  StateDirectory directory;
  Settings settings;
  control::Enrollment enrollment;
  crypto::KeyPair key;
  bool go_on = true;  // with downloads that an earlier life left unfinished
};
// Reads what `enroll` left in the directory. Fails with one line where something is missing or unusable.
Result<AppOptions> load_app_options(const StateDirectory& directory, const Settings& settings);

inline constexpr DurationMs kShutdownTimeout = seconds(20);  // the engine's own limit included

class AgentApp {
 public:
  // Opens the books, listens, and begins to connect; the tracker need not be there. `ended` is called when the tracker
  // refuses this agent for good, with the line to print.
  static Result<std::unique_ptr<AgentApp>> start(runtime::EventLoop& loop, AppOptions options,
                                                 std::function<void(std::string)> ended);
  ~AgentApp();

  void get(control::GetRequest request, std::shared_ptr<control::DownloadWatcher> watcher);
  void publish(control::PublishRequest request, std::shared_ptr<control::PublishWatcher> watcher);
  Result<protocol::SharingState> share(const sharing::SharingChange& change);
  nlohmann::ordered_json sharing_facts() const;
  void status(std::function<void(nlohmann::ordered_json)> done);  // later, on the loop

  // No delivery and no receipt waits for a tracker that is there.
  bool settled() const;
  const Settings& settings() const;

  // Ends service in good order (the receivers' last acknowledgements have a moment to arrive), makes the last receipts
  // durable and, where the tracker is there, uploads them; then calls `done`. At most kShutdownTimeout.
  void shut_down(std::function<void(Status)> done);

  struct Impl;

 private:
  explicit AgentApp(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::cli
