#include "tracker/cli/watching.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "tracker/cli/answer_text_json.h"
#include "tracker/cli/command_execution_json.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/text_table.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::chrono::seconds kBetweenLooks{1};  // receivers report once a second
constexpr char kClearScreen[] = "\033[H\033[2J";

std::string headline(const json& result) {
  return fmt::format("{}: {} flows, {}/s in all, of it {}/s from CDN nodes and {}/s on-net\n",
                     result.value("title", ""), result.at("flows").size(),
                     human_bytes(result.value("rate", std::int64_t{0})),
                     human_bytes(result.value("cdn_rate", std::int64_t{0})),
                     human_bytes(result.value("on_net_rate", std::int64_t{0})));
}

Result<std::string> shown(const Invocation& invocation, const json& answer) {
  if (invocation.format == OutputFormat::json) return answer.at("result").dump() + "\n";
  auto table = answer_text(invocation, answer);
  if (!table) return table;
  return (::isatty(STDOUT_FILENO) == 1 ? kClearScreen : "") + headline(answer.at("result")) + *table;
}

int complain(const std::string& message, int exit_status) {
  std::fprintf(stderr, "waybill-tracker: %s\n", printable(message).c_str());
  return exit_status;
}

// Absent: not given.
Result<std::optional<int>> count_of(const json& arguments) {
  if (!arguments.contains("count")) return std::optional<int>();
  const auto text = arguments.at("count").get<std::string>();
  int count = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9' || count > 100'000) return refuse("--count: how often to look, at least 1");
    count = count * 10 + (digit - '0');
  }
  if (count < 1) return refuse("--count: how often to look, at least 1");
  return std::optional<int>(count);
}

}  // namespace

int run_watch(const Invocation& invocation) {
  const auto count = count_of(invocation.arguments);
  if (!count) return complain(count.error().message, 2);
  auto question = invocation;
  question.arguments.erase("count");
  for (int looks = 0; !*count || looks < **count; ++looks) {
    if (looks > 0) std::this_thread::sleep_for(kBetweenLooks);
    const auto answer = run_command(question);
    if (!answer.value("ok", false)) {
      return complain(answer.value("error", "the tracker gave no reason"), answer.value("exit", 1));
    }
    const auto text = shown(question, answer);
    if (!text) return complain(text.error().message, 2);
    const bool good = std::fwrite(text->data(), 1, text->size(), stdout) == text->size() && std::fflush(stdout) == 0;
    if (!good) return complain("cannot write to standard output", 1);
  }
  return 0;
}

}  // namespace waybill::tracker
