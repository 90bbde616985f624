#include "common/runtime/log.h"

#include <atomic>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace waybill::runtime {

namespace {

// Until main has chosen, what went wrong is worth a line and nothing else is.
std::atomic<LogLevel> g_level{LogLevel::warning};

struct LevelName {
  LogLevel level;
  std::string_view name;     // as the user writes it
  std::string_view printed;  // five characters, so that areas line up
};
constexpr LevelName kLevels[] = {{LogLevel::debug, "debug", "debug"},
                                 {LogLevel::info, "info", "info "},
                                 {LogLevel::warning, "warning", "warn "},
                                 {LogLevel::error, "error", "error"}};

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("waybill", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc));
    made.set_level(spdlog::level::trace);  // log_enabled decides
    return made;
  }();
  return instance;
}

// What came from outside must not be able to write a line of its own into the log.
std::string on_one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (value >= 0x20 && value != 0x7f) {
      line.push_back(c);
    } else {
      line += fmt::format("\\x{:02x}", value);
    }
  }
  return line;
}

}  // namespace

void start_logging(LogLevel level) {
  logger();  // made before threads are
  g_level.store(level, std::memory_order_relaxed);
}

Result<LogLevel> parse_log_level(std::string_view text) {
  for (const auto& known : kLevels) {
    if (known.name == text) return known.level;
  }
  return refuse(fmt::format("'{}' is not a log level: write debug, info, warning or error", text));
}

bool log_enabled(LogLevel level) { return level >= g_level.load(std::memory_order_relaxed); }

void log_line(LogLevel level, std::string_view area, std::string_view text) {
  const auto line = fmt::format("{} {}  {}", kLevels[static_cast<std::size_t>(level)].printed, area, on_one_line(text));
  logger().log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace waybill::runtime
