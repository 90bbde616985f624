// Reports that the tracker asks by itself, by a schedule: saved, listed, shown, ended, and asked by hand.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/saved_question_json.h"
#include "tracker/reports/period_words.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxReportName = 100;        // bytes
constexpr std::int64_t kMaxAnswersListed = 1'000;  // latest first

// Of several with that name the one that has not ended, else the latest.
Result<SavedReport> report_named(Store& store, const std::string& name) {
  auto reports = store.saved_reports().list();
  if (!reports) return pass_on(reports);
  const SavedReport* found = nullptr;
  for (const auto& report : *reports) {
    if (report.name == name) found = &report;
  }
  if (found == nullptr) return refuse(fmt::format("there is no saved report '{}': see `report saved list`", name));
  return *found;
}

Status check_name(const std::string& name) {
  if (name.size() > kMaxReportName) return refuse(fmt::format("is longer than {} bytes", kMaxReportName));
  const bool printable = std::all_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
  return printable ? Status() : refuse("holds control characters");
}

// On the clocks of the schedule.
std::string local_text(TimeMs time, const std::string& stored_schedule) {
  const auto schedule = read_schedule(stored_schedule);
  auto text = format_local_time(time, schedule ? schedule->timezone : "UTC");
  return text ? *text : format_time(time);
}

Result<json> report_json(Store& store, const SavedReport& report) {
  const auto last = store.saved_reports().answers(report.id, 1);
  if (!last) return tl::make_unexpected(last.error());
  const auto text = [&](TimeMs time) { return json(local_text(time, report.schedule)); };
  return json{{"name", report.name},
              {"schedule", report.schedule},
              {"question", question_words(json::parse(report.question, nullptr, false))},
              {"next_due", report.ended ? json() : text(report.next_due)},
              {"last_due", last->empty() ? json() : text(last->front().due)},
              {"last", last->empty()          ? "-"
                       : last->front().failed ? "failed"
                                              : "answered"},
              {"ended", report.ended ? text(*report.ended) : json()}};
}

void add_reports(Answer& answer, json rows) {
  answer.result["rows"] = std::move(rows);
  answer.add_sheet("rows", {{"name", "NAME"},
                            {"schedule", "SCHEDULE"},
                            {"next_due", "NEXT DUE"},
                            {"last_due", "LAST DUE"},
                            {"last", "LAST"},
                            {"ended", "ENDED"},
                            {"question", "QUESTION"}});
}

Result<SavedReport> read_report(AdministrationContext& context, Arguments& arguments) {
  SavedReport report;
  report.name = arguments.positional("name");
  if (auto good = check_name(report.name); !good) arguments.fault("name", good.error().message);
  const auto schedule = arguments.required("schedule");
  const auto zone = arguments.text("timezone");
  const auto delay = arguments.read_as("delay", [](const std::string& text) { return parse_report_delay(text); });
  auto question = read_question(arguments.positional("question"));
  if (!question) arguments.fault("question", question.error().message);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto chosen = choose_schedule_zone(context.store.registry(), zone, *question);
  if (!chosen) return tl::make_unexpected(chosen.error());
  const auto read = parse_schedule(schedule, *chosen, delay.value_or(kDefaultReportDelay));
  if (!read) return pass_on(read.error(), "--schedule");
  fill_in_window(*question, *read);
  report.question = question->dump();
  report.schedule = schedule_text(*read);
  report.created = context.clock.now();
  const auto due = due_after(*read, report.created);
  if (!due) return tl::make_unexpected(due.error());
  report.next_due = *due;
  return report;
}

// The whole question is read by its own command, as of the first due time, and counts nothing.
Status check_question(AdministrationContext& context, const SavedReport& report, Arguments& arguments) {
  const auto answer = ask_as_of(context, report.question, report.next_due, true);
  if (answer.value("ok", false)) return {};
  const auto why = answer.value("error", std::string("it cannot be asked"));
  if (answer.value("exit", 1) != 2) return refuse("QUESTION: " + why);
  arguments.fault("question", why);
  return arguments.finish();
}

// What was answered, with which time it is of in front.
Answer with_heading(const SavedReport& report, TimeMs due, const std::string& when, const json& answered) {
  auto answer = Answer::from_json(answered);
  answer.lines.insert(answer.lines.begin(),
                      fmt::format("{}, due {}, {}", report.name, local_text(due, report.schedule), when));
  answer.result["saved"] = {{"name", report.name}, {"due", format_time(due)}};
  return answer;
}

}  // namespace

Result<Answer> report_save(AdministrationContext& context, Arguments& arguments) {
  const auto report = read_report(context, arguments);
  if (!report) return tl::make_unexpected(report.error());
  if (auto good = check_question(context, *report, arguments); !good) return pass_on(good);
  const auto added = context.store.saved_reports().add(*report);
  if (!added) return tl::make_unexpected(added.error());
  auto facts = report_json(context.store, *added);
  if (!facts) return pass_on(facts);
  Answer answer;
  answer.lines.push_back(
      fmt::format("{} is due {} for the first time", added->name, local_text(added->next_due, added->schedule)));
  answer.result["report"] = *facts;
  add_reports(answer, json::array({*facts}));
  return answer;
}

Result<Answer> report_saved_list(AdministrationContext& context, Arguments& arguments) {
  const bool ended = arguments.flag("ended");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto reports = context.store.saved_reports().list();
  if (!reports) return tl::make_unexpected(reports.error());
  auto rows = json::array();
  for (const auto& report : *reports) {
    if (report.ended && !ended) continue;
    auto row = report_json(context.store, report);
    if (!row) return pass_on(row);
    rows.push_back(std::move(*row));
  }
  Answer answer;
  add_reports(answer, std::move(rows));
  return answer;
}

Result<Answer> report_saved_answers(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto limit = arguments.integer("limit", 1, kMaxAnswersListed).value_or(100);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto report = report_named(context.store, name);
  if (!report) return tl::make_unexpected(report.error());
  const auto kept = context.store.saved_reports().answers(report->id, limit);
  if (!kept) return tl::make_unexpected(kept.error());
  Answer answer;
  auto& rows = answer.result["rows"] = json::array();
  for (const auto& each : *kept) {
    json row{{"due", format_time(each.due)},
             {"local", local_text(each.due, report->schedule)},
             {"answered", format_time(each.answered)},
             {"state", each.failed ? "failed" : "answered"},
             {"reason", nullptr}};
    if (each.failed) {
      const auto whole = context.store.saved_reports().answer(report->id, each.due);
      if (!whole) return tl::make_unexpected(whole.error());
      if (*whole) row["reason"] = (*whole)->text;
    }
    rows.push_back(std::move(row));
  }
  answer.add_sheet(
      "rows",
      {{"due", "DUE"}, {"local", "ON ITS CLOCKS"}, {"answered", "ANSWERED"}, {"state", "STATE"}, {"reason", "REASON"}});
  return answer;
}

Result<Answer> report_saved_show(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto at = arguments.text("at");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto report = report_named(context.store, name);
  if (!report) return tl::make_unexpected(report.error());
  auto& saved = context.store.saved_reports();
  auto due = due_time(*report, at, context.clock.now());
  if (!due) return pass_on(due.error(), "--at");
  if (!at) {
    const auto latest = saved.answers(report->id, 1);
    if (!latest) return tl::make_unexpected(latest.error());
    if (latest->empty()) {
      return refuse(
          fmt::format("{} has no answer yet: it is due {}", name, local_text(report->next_due, report->schedule)));
    }
    due = latest->front().due;
  }
  const auto kept = saved.answer(report->id, *due);
  if (!kept) return tl::make_unexpected(kept.error());
  if (!*kept) {
    return refuse(fmt::format("{} has no answer of {}: `report saved answers {}` lists them", name,
                              local_text(*due, report->schedule), name));
  }
  const auto when = fmt::format("asked {}", format_time((*kept)->answered));
  if ((*kept)->failed) {
    auto answer = with_heading(*report, *due, when, json::object());
    answer.failure = fmt::format("{} due {} failed: {}", name, format_time(*due), (*kept)->text);
    answer.result["reason"] = (*kept)->text;
    return answer;
  }
  const auto answered = json::parse((*kept)->text, nullptr, false);
  if (!answered.is_object()) return fail(fmt::format("the answer of {} that is kept cannot be read", name));
  return with_heading(*report, *due, when, answered);
}

Result<Answer> report_saved_end(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto report = report_named(context.store, name);
  if (!report) return tl::make_unexpected(report.error());
  if (auto ended = context.store.saved_reports().end(report->id, context.clock.now()); !ended) return pass_on(ended);
  Answer answer;
  answer.lines.push_back(fmt::format("{} is not asked any more; its answers stay", name));
  answer.result["name"] = name;
  return answer;
}

Result<Answer> report_saved_run(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto at = arguments.text("at");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto report = report_named(context.store, name);
  if (!report) return tl::make_unexpected(report.error());
  const auto due = due_time(*report, at, context.clock.now());
  if (!due) return pass_on(due.error(), "--at");
  const auto answered = ask_as_of(context, report->question, *due, false);
  if (!answered.value("ok", false)) return refuse(answered.value("error", "it gave no reason"));
  return with_heading(*report, *due, "asked by hand and not kept", answered);
}

}  // namespace waybill::tracker
