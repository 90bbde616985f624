// A process to be killed: opens the books at the place given, takes in the batches of a file from several agents at
// once, and writes one line for each receipt that is answered: "<order> <sequence> <status>".
//   ingest_subject ingest DATABASE BATCHES
// Or fills a small disk of its own, in namespaces of its own, and checks what is promised of a full disk:
//   ingest_subject full-disk FOLDER     exit status 77: this machine refuses the namespaces
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fmt/core.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tests/unit/tracker_ingest/kill_plan.h"

using namespace waybill;
using protocol::ReceiptStatus;

namespace {

int ingest_until_killed(const std::string& database, const std::string& batches) {
  const auto plan = test::read_kill_plan(batches);
  test::IngestUnderTest books(database);
  std::vector<std::thread> agents;
  for (const auto& agent : plan) {
    agents.emplace_back([&books, &agent] {
      for (const auto& batch : agent) {
        const auto statuses = books.submit(batch);
        std::string lines;
        for (std::size_t i = 0; i < batch.size(); ++i) {
          const auto id = protocol::read_receipt(batch[i])->receipt.id;
          lines += fmt::format("{} {} {}\n", id.order.hex(), id.sequence, static_cast<int>(statuses[i]));
        }
        // One write of less than PIPE_BUF: the lines of a batch arrive whole or not at all.
        if (write(STDOUT_FILENO, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) _exit(3);
      }
    });
  }
  for (auto& agent : agents) agent.join();
  return 0;
}

#define MUST(condition)                                                        \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fmt::print(stderr, "line {}: {} does not hold\n", __LINE__, #condition); \
      return 1;                                                                \
    }                                                                          \
  } while (false)

bool mount_small_disk(const char* folder) {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0;
}

int fill_disk(const std::string& folder) {
  if (!mount_small_disk(folder.c_str())) return 77;
  const auto ballast = folder + "/ballast";
  std::ofstream(ballast) << std::string(600'000, 'b');
  const auto database = folder + "/tracker.db";
  test::IngestUnderTest books(database);
  const sample::OrderPlan order;
  books.issue({order});
  std::vector<ByteString> batch;
  std::string before;
  std::int64_t sequence = 0;
  std::vector<ReceiptStatus> statuses;
  do {
    before = contract::dump_sqlite(database);
    batch.clear();
    for (int i = 0; i < 40; ++i) {
      sample::ReceiptPlan plan;
      plan.sequence = ++sequence;
      plan.sent = 100;
      plan.sent_total = plan.acked_total.emplace(sequence * 100);
      batch.push_back(sample::receipt_of(order, plan));
    }
    statuses = books.submit(batch);
  } while (statuses == std::vector<ReceiptStatus>(40, ReceiptStatus::recorded));
  MUST(statuses == std::vector<ReceiptStatus>(40, ReceiptStatus::try_later));
  MUST(books.failures().size() == 1);
  MUST(books.failures()[0].transient);
  MUST(books.failures()[0].message.find("no space is left") != std::string::npos);
  MUST(contract::dump_sqlite(database) == before);
  MUST(books.audited().sound());
  MUST(unlink(ballast.c_str()) == 0);  // somebody makes room
  MUST(books.submit(batch) == std::vector<ReceiptStatus>(40, ReceiptStatus::recorded));
  const auto report = books.audited();
  MUST(report.sound());
  MUST(report.receipts == sequence);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "ingest" && argc == 4) return ingest_until_killed(argv[2], argv[3]);
  if (mode == "full-disk" && argc == 3) return fill_disk(argv[2]);
  return 2;
}
