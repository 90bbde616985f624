#pragma once
// The real `waybill-tracker`, run with arguments in a folder of the test's own.
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/types.h>

#include "tests/contract/engines.h"

namespace waybill::tracker {

struct ProgramRun {
  int status = -1;
  std::string out;
  std::string err;
  nlohmann::json json() const;  // of `out`; the test fails where it is none
};

std::filesystem::path program_path();  // $WAYBILL_BIN/waybill-tracker

// A data directory made by `init`, gone with this.
class TrackerProgram {
 public:
  TrackerProgram();                                                      // runs init; the test fails where that fails
  ProgramRun run(std::vector<std::string> arguments) const;              // with --data appended
  ProgramRun run_bare(const std::vector<std::string>& arguments) const;  // as they are
  nlohmann::json facts(std::vector<std::string> arguments) const;        // with --json; must end with status 0
  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  std::string dump() const;  // every row of the books
  const ProgramRun& init() const { return init_; }

 private:
  contract::TemporaryFolder folder_;
  ProgramRun init_;
};

// `serve` as a child process; SIGTERM at the end.
class ServingTracker {
 public:
  // Returns when it says that it is ready. `options`: further ones of `serve`.
  explicit ServingTracker(const TrackerProgram& program, const std::vector<std::string>& options = {});
  ~ServingTracker();
  ServingTracker(const ServingTracker&) = delete;
  ServingTracker& operator=(const ServingTracker&) = delete;
  int stop();  // SIGTERM; the exit status
  const std::string& ready_line() const { return ready_; }

 private:
  pid_t child_ = -1;
  int out_ = -1;
  std::string ready_;
};

}  // namespace waybill::tracker
