#include "tracker/cli/log_file_import.h"

#include <fmt/format.h>

#include "tracker/cdn_log/log_line.h"
#include "tracker/cli/commands/log_import_json.h"
#include "tracker/reports/text_table.h"
#include "tracker/routing/dump_file.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::size_t kMaxExampleBytes = 200;

// Calls `take` with each line that is not empty. Of one that is too long, its begin: enough not to be read as a line.
Status each_line(const std::string& file, const std::function<Status(std::string_view)>& take) {
  auto stream = open_dump_file(file);
  if (!stream) return tl::make_unexpected(stream.error());
  std::string buffer(kReadBytes, '\0');
  std::string line;
  while (true) {
    const auto count = (*stream)->read(buffer.data(), buffer.size());
    if (!count) return tl::make_unexpected(count.error());
    for (const char c : std::string_view(buffer).substr(0, *count)) {
      if (c != '\n') {
        if (line.size() <= kMaxLogLineBytes) line += c;
        continue;
      }
      if (auto taken = line.empty() ? Status{} : take(line); !taken) return taken;
      line.clear();
    }
    if (*count == 0) return line.empty() ? Status{} : take(line);
  }
}

// That it can be read to its end, and is a log of ours.
Status check_file(const std::string& file) {
  bool any_good = false;
  LeftOut bad;
  const auto read = each_line(file, [&](std::string_view line) -> Status {
    const auto good = parse_log_line(line);
    any_good = any_good || good;
    if (!good && bad.count++ == 0) {
      bad.first = fmt::format("{}: {}", printable(line.substr(0, kMaxExampleBytes)), good.error().message);
    }
    return {};
  });
  if (!read) return read;  // it names the file
  if (any_good || bad.count == 0) return {};
  return refuse(
      fmt::format("{}: no line can be read: log_format must be '{}'; the first: {}", file, kLogFormat, bad.first));
}

// Gathers lines, and sends them on part by part.
class Parts {
 public:
  explicit Parts(const std::function<Result<json>(const json&)>& ask) : ask_(ask) {}

  Status add(std::string_view line) {
    const auto good = parse_log_line(line);
    if (!good) {
      LogTold told;
      told.lines = 1;
      told.unreadable = {1, fmt::format("{}: {}", printable(line.substr(0, kMaxExampleBytes)), good.error().message)};
      told_.add(told);
      return {};
    }
    part_.append(line).push_back('\n');
    return part_.size() < kLogPartBytes ? Status{} : flush();
  }

  Status flush() {
    if (part_.empty()) return {};
    const auto answer = ask_({{"command", "records import-log"}, {"arguments", {{"log", std::exchange(part_, {})}}}});
    if (!answer) return tl::make_unexpected(answer.error());
    if (answer->at("ok") != true) return refuse(answer->at("error").get<std::string>());
    told_.add(log_told_in(answer->at("result")));
    return {};
  }

  const LogTold& told() const { return told_; }

 private:
  const std::function<Result<json>(const json&)>& ask_;
  std::string part_;
  LogTold told_;
};

}  // namespace

Result<json> import_log_files(const std::vector<std::string>& files,
                              const std::function<Result<json>(const json&)>& ask) {
  for (const auto& file : files) {
    if (auto good = check_file(file); !good) return tl::make_unexpected(good.error());
  }
  Parts parts(ask);
  for (const auto& file : files) {
    auto sent = each_line(file, [&](std::string_view line) { return parts.add(line); });
    if (sent) sent = parts.flush();
    if (!sent) {
      return pass_on(sent.error(), fmt::format("{}: {} were imported before; import it again for the rest", file,
                                               parts.told().imported));
    }
  }
  return answer_of(parts.told()).to_json();
}

}  // namespace waybill::tracker
