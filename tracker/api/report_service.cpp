#include "tracker/api/report_service.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/runtime/log.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

ReportService::ReportService(runtime::EventLoop& loop, StoreBridge& bridge, const runtime::Clock& clock, Asking asking)
    : loop_(loop), bridge_(bridge), clock_(clock), asking_(std::move(asking)) {
  look_later();
}

ReportService::~ReportService() {
  timer_.cancel();
  ending_ = true;
  thread_.run_and_wait([this] { reader_.reset(); });  // behind the look that waits or runs there
}

void ReportService::look_later() {
  timer_ = loop_.after(kReportPause, [this] {
    if (!looking_.exchange(true)) {
      const auto posted = thread_.post([this] {
        answer_all_due();
        looking_ = false;
      });
      if (!posted) looking_ = false;
    }
    look_later();
  });
}

void ReportService::answer_all_due() {
  if (clock_.monotonic() < not_before_) return;
  while (!ending_ && answer_one()) {
  }
}

bool ReportService::answer_one() {
  if (!reader_) {
    auto opened = asking_.open_reader();
    if (!opened) {
      give_up_for_now(opened.error().message);
      return false;
    }
    reader_ = std::move(*opened);
  }
  const auto reports = reader_->saved_reports().list();
  if (!reports) {
    give_up_for_now(reports.error().message);
    return false;
  }
  std::vector<std::int64_t> unreadable;
  const auto due = next_due_report(*reports, clock_.now(), unreadable);
  warn_unreadable(unreadable);
  if (!due) return false;
  auto answered = answer(*due);
  if (!answered) {
    give_up_for_now(answered.error().message);
    return false;
  }
  return keep(*due, std::move(*answered));
}

void ReportService::warn_unreadable(const std::vector<std::int64_t>& unreadable) {
  if (unreadable == unreadable_) return;
  unreadable_ = unreadable;
  for (const auto id : unreadable) WAYBILL_ERROR("reports", "report={} has a schedule that cannot be read", id);
}

// Refused where it should be asked again later.
Result<ReportAnswer> ReportService::answer(const DueReport& due) {
  ReportAnswer kept{due.report.id, due.due, clock_.now(), false, {}};
  if (due.skipped > 0) {
    kept.failed = true;
    kept.text = fmt::format("{} due times up to {} were not asked: more than the latest {} had been missed",
                            due.skipped, format_time(due.last_skipped), kMaxCaughtUp);
    WAYBILL_WARN("reports", "name={} due={} {}", due.report.name, format_time(due.due), kept.text);
    return kept;
  }
  kept.text = asking_.ask(*reader_, due.report.question, due.due);
  const auto parsed = nlohmann::json::parse(kept.text, nullptr, false);
  if (!parsed.is_object() || !parsed.value("ok", false)) {
    const auto why = parsed.is_object() ? parsed.value("error", std::string("no reason")) : std::string("no answer");
    if (parsed.is_object() && parsed.value("transient", false)) return fail_transient(why);
    kept.failed = true;
    kept.text = why;
  } else if (kept.text.size() > kMaxReportAnswerBytes) {
    kept.failed = true;
    kept.text = fmt::format("the answer has {} bytes, more than the {} that are kept: narrow the question or limit it",
                            kept.text.size(), kMaxReportAnswerBytes);
  }
  kept.answered = clock_.now();
  return kept;
}

bool ReportService::keep(const DueReport& due, ReportAnswer answer) {
  const bool failed = answer.failed;
  const auto why = failed ? answer.text : std::string();
  Result<bool> kept = false;
  bridge_.thread().run_and_wait([&] { kept = bridge_.store().saved_reports().keep(answer, due.next_due); });
  if (!kept) {
    give_up_for_now(kept.error().message);
    return false;
  }
  const auto when = format_time(due.due);
  if (!*kept) {
    WAYBILL_INFO("reports", "name={} due={} was answered elsewhere", due.report.name, when);
  } else if (failed) {
    WAYBILL_WARN("reports", "name={} due={} failed: {}", due.report.name, when, why);
  } else {
    WAYBILL_INFO("reports", "name={} due={} answered", due.report.name, when);
  }
  return true;
}

void ReportService::give_up_for_now(const std::string& why) {
  reader_.reset();
  not_before_ = clock_.monotonic() + kReportRetryPause;
  WAYBILL_ERROR("reports", "no saved report is asked for {} s: {}", kReportRetryPause.value / 1000, why);
}

}  // namespace waybill::tracker
