// Promise 2, the agent's half: a process with a real outbox is killed at seeded moments, many times, while it cuts and
// uploads receipts; afterwards the tracker holds each receipt once, without a gap, and they add up to exactly what the
// receivers acknowledged.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/agent_receipts/recording_tracker.h"
#include "tests/unit/agent_receipts/victim_keys.h"
#include "tests/unit/agent_storage/temporary_folder.h"

extern char** environ;

namespace waybill::receipts {

namespace {

constexpr int kKills = 60;

pid_t start_victim(const std::filesystem::path& folder, std::uint64_t seed, std::uint16_t port, const char* mode) {
  const char* bin = std::getenv("WAYBILL_BIN");
  REQUIRE(bin != nullptr);
  const std::string program = std::string(bin) + "/outbox_victim";
  const auto seed_text = std::to_string(seed), port_text = std::to_string(port), folder_text = folder.string();
  const char* arguments[] = {program.c_str(), folder_text.c_str(), seed_text.c_str(), port_text.c_str(), mode, nullptr};
  pid_t child = -1;
  REQUIRE(::posix_spawn(&child, program.c_str(), nullptr, nullptr, const_cast<char**>(arguments), environ) == 0);
  return child;
}

// Runs the loop (the tracker answers meanwhile) until the child has ended; its wait status.
int wait_for(runtime::EventLoop& loop, pid_t child) {
  int status = -1;
  runtime::Timer timer;
  std::function<void()> look = [&] {
    if (::waitpid(child, &status, WNOHANG) == child) return loop.stop();
    timer = loop.after(DurationMs{2}, look);
  };
  timer = loop.after(DurationMs{0}, look);
  loop.run();
  return status;
}

std::map<OrderId, std::int64_t> acknowledged_in_truth(const std::filesystem::path& folder) {
  std::map<OrderId, std::int64_t> totals;
  std::ifstream in(folder / "truth");
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string kind, order, rest;
    words >> kind >> order >> rest;
    if (kind == "A") totals[OrderId::from_hex(order).value()] = std::stoll(rest);
  }
  return totals;
}

}  // namespace

TEST_CASE("killed at any moment, the agent loses no receipt and counts none twice") {
  testing::TemporaryFolder folder;
  runtime::EventLoop loop("tracker");
  RecordingTracker tracker(loop, 11);
  tracker.lose_answers = 15;
  tracker.postpone = 10;
  std::mt19937_64 random(20261123);

  for (int kill = 0; kill < kKills; ++kill) {
    const auto child = start_victim(folder.path(), random(), tracker.port(), "run");
    const auto when = loop.after({static_cast<std::int64_t>(20 + random() % 400)}, [child] { ::kill(child, SIGKILL); });
    const int status = wait_for(loop, child);
    REQUIRE(WIFSIGNALED(status));  // it lived until it was killed
    REQUIRE(WTERMSIG(status) == SIGKILL);
  }
  const int drained = wait_for(loop, start_victim(folder.path(), 1, tracker.port(), "drain"));
  REQUIRE(WIFEXITED(drained));
  REQUIRE(WEXITSTATUS(drained) == 0);

  CHECK(tracker.contradicted == 0);
  std::map<OrderId, std::int64_t> sequences, sent, acked;
  for (const auto& [id, envelope] : tracker.recorded) {
    const auto opened = protocol::read_receipt(envelope).value();
    CHECK(opened.signed_by(sender_key().public_key()));
    CHECK(id.sequence == ++sequences[id.order]);  // the map is in order of sequence: no gap
    sent[id.order] += opened.receipt.sent.value;
    CHECK(opened.receipt.sent_total.value == sent[id.order]);
    if (opened.receipt.acknowledgement.empty()) continue;
    const auto said = protocol::read_acknowledgement(opened.receipt.acknowledgement).value();
    CHECK(said.signed_by(receiver_key().public_key()));
    CHECK(said.acknowledgement.total_bytes.value >= acked[id.order]);
    acked[id.order] = said.acknowledgement.total_bytes.value;
  }
  const auto truth = acknowledged_in_truth(folder.path());
  CHECK(truth.size() > kKills);
  CHECK(acked == truth);
  CHECK(sent == truth);
  MESSAGE("receipts recorded: " << tracker.recorded.size() << ", said again: " << tracker.repeated
                                << ", orders: " << truth.size());
  CHECK(tracker.recorded.size() > truth.size());
  CHECK(tracker.repeated > 0);  // the losses were real
}

}  // namespace waybill::receipts
