#pragma once
// Logging through spdlog, whose header stays in log.cpp. One line an event: UTC time, level, area, text with key=value
// facts at its end. Ids in brief form; never keys, tokens or content.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "common/types/result.h"

namespace waybill::runtime {

enum class LogLevel { debug, info, warning, error };

// Call in main; again, from any thread, to change the level. To stderr; systemd's journal keeps it. Until the first
// call warnings and errors are written.
void start_logging(LogLevel level);
Result<LogLevel> parse_log_level(std::string_view text);  // debug|info|warning|error
bool log_enabled(LogLevel level);
void log_line(LogLevel level, std::string_view area, std::string_view text);  // control characters as \x0a

template <typename... Args>
void log(LogLevel level, std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log_line(level, area, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace waybill::runtime

#define WAYBILL_DEBUG(area, ...) ::waybill::runtime::log(::waybill::runtime::LogLevel::debug, area, __VA_ARGS__)
#define WAYBILL_INFO(area, ...) ::waybill::runtime::log(::waybill::runtime::LogLevel::info, area, __VA_ARGS__)
#define WAYBILL_WARN(area, ...) ::waybill::runtime::log(::waybill::runtime::LogLevel::warning, area, __VA_ARGS__)
#define WAYBILL_ERROR(area, ...) ::waybill::runtime::log(::waybill::runtime::LogLevel::error, area, __VA_ARGS__)
