#include "tests/unit/tracker_cli/tracker_program.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace waybill::tracker {

namespace {

constexpr int kReadyPatienceMs = 60'000;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

pid_t start(const std::vector<std::string>& arguments, int out, int err) {
  std::vector<char*> argv;
  static const std::string kProgram = program_path().string();
  argv.push_back(const_cast<char*>(kProgram.c_str()));
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::unsetenv("WAYBILL_TRACKER_DATA");
  ::dup2(out, STDOUT_FILENO);
  if (err >= 0) ::dup2(err, STDERR_FILENO);
  ::execv(kProgram.c_str(), argv.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

nlohmann::json ProgramRun::json() const {
  auto value = nlohmann::json::parse(out, nullptr, false);
  REQUIRE_MESSAGE(!value.is_discarded(), out);
  return value;
}

std::filesystem::path program_path() {
  const char* bin = std::getenv("WAYBILL_BIN");
  return std::filesystem::path(bin == nullptr ? "build/dev/bin" : bin) / "waybill-tracker";
}

TrackerProgram::TrackerProgram() {
  init_ = run_bare({"init", data().string(), "--public-host", "127.0.0.1", "--listen", "127.0.0.1:7443"});
  REQUIRE_MESSAGE(init_.status == 0, init_.err);
}

ProgramRun TrackerProgram::run(std::vector<std::string> arguments) const {
  arguments.push_back("--data");
  arguments.push_back(data().string());
  return run_bare(arguments);
}

ProgramRun TrackerProgram::run_bare(const std::vector<std::string>& arguments) const {
  const auto out_file = file("out");
  const auto err_file = file("err");
  const int out = ::open(out_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int err = ::open(err_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto child = start(arguments, out, err);
  ::close(out);
  ::close(err);
  ProgramRun run;
  run.status = wait_for(child);
  run.out = read_file(out_file);
  run.err = read_file(err_file);
  return run;
}

nlohmann::json TrackerProgram::facts(std::vector<std::string> arguments) const {
  arguments.emplace_back("--json");
  const auto result = run(std::move(arguments));
  REQUIRE_MESSAGE(result.status == 0, result.err);
  return result.json();
}

std::string TrackerProgram::dump() const { return contract::dump_sqlite((data() / "tracker.db").string()); }

ServingTracker::ServingTracker(const TrackerProgram& program, const std::vector<std::string>& options) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  std::vector<std::string> words{"serve",       "--data", program.data().string(), "--listen", "127.0.0.1:0",
                                 "--log-level", "error"};
  words.insert(words.end(), options.begin(), options.end());
  child_ = start(words, ends[1], -1);
  ::close(ends[1]);
  out_ = ends[0];
  pollfd readable{out_, POLLIN, 0};
  char c = 0;
  while (ready_.find('\n') == std::string::npos) {
    REQUIRE(::poll(&readable, 1, kReadyPatienceMs) == 1);
    REQUIRE(::read(out_, &c, 1) == 1);
    ready_ += c;
  }
}

int ServingTracker::stop() {
  if (child_ < 0) return -1;
  ::kill(child_, SIGTERM);
  const int status = wait_for(child_);
  child_ = -1;
  return status;
}

ServingTracker::~ServingTracker() {
  stop();
  if (out_ >= 0) ::close(out_);
}

}  // namespace waybill::tracker
