// The tracker's process is killed at seeded moments (kill -9) while agents send receipts. What was answered `recorded`
// is there after every kill; in the end each receipt counts exactly once.
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/runtime/random.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tests/unit/tracker_ingest/kill_plan.h"
#include "tracker/accounting/object_fill.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr int kKills = 50;
constexpr std::uint64_t kSeed = 20261123;

std::string program() {
  const char* folder = std::getenv("WAYBILL_BIN");
  return std::string(folder ? folder : "build/dev/bin") + "/ingest_subject";
}

class Subject {
 public:
  explicit Subject(std::vector<std::string> arguments) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const auto path = program();
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    process_ = fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(path.c_str(), argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Subject() {
    if (process_ > 0) end(SIGKILL);
    close(output_);
  }
  // The next whole line; false at the end of the output.
  bool line(std::string& text) {
    for (;;) {
      if (const auto at = buffer_.find('\n'); at != std::string::npos) {
        text = buffer_.substr(0, at);
        buffer_.erase(0, at + 1);
        return true;
      }
      char bytes[4096];
      const auto count = read(output_, bytes, sizeof bytes);
      if (count <= 0) return false;
      buffer_.append(bytes, static_cast<std::size_t>(count));
    }
  }
  void kill_it() { REQUIRE(kill(process_, SIGKILL) == 0); }
  int wait_status() { return end(0); }

 private:
  int end(int signal) {
    if (signal) kill(process_, signal);
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }
  pid_t process_ = -1;
  int output_ = -1;
  std::string buffer_;
};

struct Answers {
  std::map<protocol::ReceiptId, int> recorded;  // how often each was said to be recorded
  int refused = 0;

  bool note(const std::string& line) {
    std::istringstream fields(line);
    std::string order;
    protocol::ReceiptId id;
    int status = -1;
    fields >> order >> id.sequence >> status;
    id.order = *OrderId::from_hex(order);
    if (status > 1) ++refused;
    if (status == 0) ++recorded[id];
    return status == 0;
  }
};

// Reads answers until `new_ones` receipts were recorded; kills after a further short while, in the midst of whatever
// is going on; reads what was answered before the end. True: the subject had finished by itself.
bool run_and_kill(const std::vector<std::string>& arguments, Answers& answers, runtime::Random& random) {
  Subject subject(arguments);
  std::string line;
  for (auto new_ones = random.below(25); new_ones > 0;) {
    if (!subject.line(line)) return subject.wait_status() == 0;
    if (answers.note(line)) --new_ones;
  }
  usleep(static_cast<useconds_t>(random.below(4000)));  // no wait for anything: a choice of the moment
  subject.kill_it();
  while (subject.line(line)) answers.note(line);
  const int status = subject.wait_status();
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Everything, filled from the past.
MeasuringObject measuring(const std::string& name) {
  MeasuringObject object;
  object.name = name;
  for (const auto isp : {sample::kSp1, sample::kSp2, sample::kSp3}) {
    object.entities.push_back({EntityKind::clients_of, {}, {}, isp, {}});
  }
  return object;
}

}  // namespace

TEST_CASE("killed at any moment, no receipt is lost and none counts twice") {
  const contract::SqliteEngine engine;
  const contract::TemporaryFolder folder;
  const auto batches = (folder.path() / "batches").string();
  const auto plan = test::make_kill_plan();
  test::write_kill_plan(plan, batches);
  {
    test::IngestUnderTest books(engine.where());
    books.issue(test::kill_orders());
  }
  runtime::Random random(kSeed);
  Answers answers;
  int kills = 0;
  const std::vector<std::string> arguments{"ingest", engine.where(), batches};
  for (bool finished = false; !finished && kills < kKills; ++kills) {
    finished = run_and_kill(arguments, answers, random);
    const auto store = contract::open(engine, StoreAccess::read_write);
    for (const auto& [id, times] : answers.recorded) {
      REQUIRE(times == 1);
      REQUIRE(store->evidence().receipt_envelope(id)->has_value());
    }
    const auto report = audit(*store);  // of what people measure, too
    REQUIRE(report);
    REQUIRE_MESSAGE(report->sound(), report->faults.front());
    if (kills % 10 == 0) REQUIRE(make_object(*store, measuring("since kill " + std::to_string(kills))));
  }
  CHECK(kills == kKills);
  MESSAGE(kills << " kills, " << answers.recorded.size() << " receipts answered as recorded before the last one");
  Subject last(arguments);
  std::string line;
  while (last.line(line)) answers.note(line);
  REQUIRE(last.wait_status() == 0);
  CHECK(answers.refused == 0);

  const auto store = contract::open(engine, StoreAccess::read_only);
  const auto objects = store->objects().objects();
  REQUIRE(objects);
  REQUIRE((*objects)->size() == 5);
  for (const auto& object : **objects) {
    const auto total = store->objects().total(object.id, Quarter{}, Quarter{1'000'000'000});
    REQUIRE(total);
    CHECK(total->receipts == test::kKillAgents * test::kKillBatches * test::kKillReceipts);
  }

  constexpr std::int64_t kReceipts = test::kKillAgents * test::kKillBatches * test::kKillReceipts;
  constexpr std::int64_t kOrders = test::kKillAgents * test::kKillOrders;
  test::IngestUnderTest books(engine.where());
  const auto report = books.audited();
  CHECK(report.sound());
  CHECK(report.receipts == kReceipts);
  CHECK(report.acked == AckedBytes{kReceipts * 1000 - kOrders * 7});
  CHECK(report.sent == SentBytes{kReceipts * 1000});
}

TEST_CASE("on a full disk receipts are to be tried later, nothing is recorded, and all goes on when there is room") {
  const contract::TemporaryFolder folder;
  Subject subject({"full-disk", folder.path().string()});
  const int status = subject.wait_status();
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("skipped: this machine refuses a mount namespace");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}
