#include <fmt/format.h>

#include "tracker/cli/commands/saved_question_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// Whose window is a month of the party's own clocks: it takes no time zone.
constexpr char kByMonths[] = "report commitment";

bool may_be_saved(const std::string& command) {
  return command.starts_with("report ") && !command.starts_with("report saved") && reads_only(command);
}

}  // namespace

Result<json> read_question(const std::string& text) {
  auto question = json::parse(text, nullptr, false);
  if (!question.is_object() || !question.contains("command") || !question["command"].is_string()) {
    return refuse("is no question: write -- report bytes ... (as JSON: {\"command\": ..., \"arguments\": {...}})");
  }
  const auto command = question["command"].get<std::string>();
  if (!may_be_saved(command)) return refuse(fmt::format("'{}' is not a report that can be saved", command));
  auto& arguments = question["arguments"];
  if (arguments.is_null()) arguments = json::object();
  if (!arguments.is_object() || question.size() != 2) return refuse("has a command and arguments, and nothing else");
  return question;
}

std::string question_words(const json& question) {
  if (!question.is_object()) return "?";
  auto words = question.value("command", std::string("?"));
  const auto arguments = question.value("arguments", json::object());
  for (const auto& [key, value] : arguments.items()) {
    auto flag = key;
    for (char& c : flag) c = c == '_' ? '-' : c;
    const auto values = value.is_array() ? value : json::array({value});
    for (const auto& one : values) {
      words += " --" + flag;
      if (one.is_string()) words += " " + one.get<std::string>();
    }
  }
  return words;
}

Result<std::string> choose_schedule_zone(Registry& registry, const std::optional<std::string>& stated,
                                         const json& question) {
  if (stated) {
    if (auto known = check_zone(*stated); !known) return pass_on(known.error(), "--timezone");
    return *stated;
  }
  const auto& arguments = question.at("arguments");
  const auto text = [&](const char* key) {
    const auto found = arguments.find(key);
    return found != arguments.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!text("timezone").empty()) return text("timezone");
  for (const auto* key : {"from", "isp"}) {
    if (text(key).empty() || text(key) == "unknown") continue;
    auto isp = registry.find_isp(text(key));
    if (!isp) return pass_on(isp.error(), "QUESTION");
    return isp->timezone;
  }
  return std::string("UTC");
}

void fill_in_window(json& question, const Schedule& schedule) {
  auto& arguments = question["arguments"];
  const bool has_window = arguments.contains("period") || arguments.contains("since") || arguments.contains("until");
  if (!has_window) arguments["period"] = covered_period(schedule.kind);
  if (!arguments.contains("timezone") && question["command"] != kByMonths) arguments["timezone"] = schedule.timezone;
}

json ask_as_of(AdministrationContext& context, const std::string& question, TimeMs at, bool check_only) {
  const runtime::ManualClock clock(at);
  AdministrationContext as_of{context.store,        clock,     context.key, context.public_host, context.public_port,
                              context.announce_url, check_only};
  return execute(as_of, json::parse(question, nullptr, false));
}

Result<TimeMs> due_time(const SavedReport& report, const std::optional<std::string>& text, TimeMs now) {
  const auto schedule = read_schedule(report.schedule);
  if (!schedule) return tl::make_unexpected(schedule.error());
  return text ? parse_time(*text, now, schedule->timezone) : due_at_or_before(*schedule, now);
}

}  // namespace waybill::tracker
