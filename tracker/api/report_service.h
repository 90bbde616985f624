#pragma once
// Saved reports inside the serving tracker: what is due is asked on a thread and a read-only store of its own, so that
// a long report holds up neither receipts nor decisions; the store's thread only keeps the answer.
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"
#include "tracker/api/store_bridge.h"
#include "tracker/reports/due_reports.h"

namespace waybill::tracker {

inline constexpr DurationMs kReportPause = seconds(2);        // between two looks at what is due
inline constexpr DurationMs kReportRetryPause = seconds(30);  // after the store could not be read

class ReportService {
 public:
  struct Asking {
    std::function<Result<std::unique_ptr<Store>>()> open_reader;  // read-only; called on the reports' thread
    // The question's answer as JSON text (tracker/cli/administration.h), as if it were `at`. On the reports' thread.
    std::function<std::string(Store& reader, const std::string& question, TimeMs at)> ask;
  };

  // After the store is open, on the loop's thread or before the loop runs.
  ReportService(runtime::EventLoop& loop, StoreBridge& bridge, const runtime::Clock& clock, Asking asking);
  // Waits for the one question that is under way, whose answer is kept. Before the store's thread ends.
  ~ReportService();

 private:
  void look_later();
  void answer_all_due();  // on the reports' thread, with what follows
  bool answer_one();      // false: nothing is due, or it must wait
  void warn_unreadable(const std::vector<std::int64_t>& unreadable);
  Result<ReportAnswer> answer(const DueReport& due);
  bool keep(const DueReport& due, ReportAnswer answer);
  void give_up_for_now(const std::string& why);

  runtime::EventLoop& loop_;
  StoreBridge& bridge_;
  const runtime::Clock& clock_;
  Asking asking_;
  std::atomic<bool> looking_ = false;  // a look waits or runs: one at a time
  std::atomic<bool> ending_ = false;
  std::unique_ptr<Store> reader_;         // the reports' thread only
  DurationMs not_before_{};               // monotonic; the same
  std::vector<std::int64_t> unreadable_;  // that were warned of
  runtime::WorkerThread thread_{"reports", 1};
  runtime::Timer timer_;
};

}  // namespace waybill::tracker
