#pragma once
// Where an agent keeps its things, and the lock that keeps a second one out.
#include <filesystem>
#include <memory>
#include <string>

#include "common/types/result.h"

namespace waybill::cli {

struct StateDirectory {
  std::filesystem::path root;

  // For root /var/lib/waybill-agent, for others $XDG_DATA_HOME/waybill or ~/.local/share/waybill.
  static std::filesystem::path default_root();

  std::filesystem::path key() const { return root / "agent.key"; }
  std::filesystem::path enrollment() const { return root / "enrollment.json"; }
  std::filesystem::path sharing() const { return root / "sharing.json"; }
  std::filesystem::path library() const { return root / "library.sqlite"; }
  std::filesystem::path outbox() const { return root / "outbox.sqlite"; }
  std::filesystem::path transfer() const { return root / "transfer"; }  // the engine's: what was verified of each file
  std::filesystem::path socket() const { return root / "agent.sock"; }
  std::filesystem::path lock() const { return root / "lock"; }
  std::filesystem::path config() const { return root / "agent.conf"; }

  Status create() const;  // mode 0700
};

// Held as long as the object lives; the kernel lets go of it when the process ends in whatever way.
class StateLock {
 public:
  // Refused when another process holds it: the message names its id.
  static Result<std::unique_ptr<StateLock>> take(const StateDirectory& directory);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace waybill::cli
