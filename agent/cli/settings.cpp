#include "agent/cli/settings.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <map>
#include <sstream>

#include <CLI/Config.hpp>
#include <CLI/Error.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "agent/sharing/consent.h"
#include "agent/sharing/rate_text.h"
#include "agent/storage/text_file.h"
#include "common/protocol/utf8.h"

namespace waybill::cli {

namespace {

constexpr std::size_t kLargestConfig = 64 * 1024;
constexpr std::size_t kLongestError = 500;  // bytes of what the parser says
constexpr std::size_t kLongestName = 40;    // bytes of an unknown setting's name that are shown

using Setter = std::function<Status(Settings&, const std::string&)>;

template <typename T, typename Member>
Status assign(Result<T> value, Member& member) {
  if (!value) return pass_on(value);
  member = *value;
  return {};
}

Result<bool> parse_switch(const std::string& text) {
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return refuse(fmt::format("\"{}\" is neither true nor false", text));
}

Result<int> parse_slots(const std::string& text) {
  int slots = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slots);
  if (error != std::errc{} || end != text.data() + text.size() || slots < 1 || slots > sharing::kMaxUploadSlots) {
    return refuse(fmt::format("\"{}\" is no number between 1 and {}", text, sharing::kMaxUploadSlots));
  }
  return slots;
}

Result<std::filesystem::path> parse_folder(const std::string& text) {
  std::filesystem::path path(text);
  if (path.is_absolute()) return path;
  return refuse(fmt::format("\"{}\" is not an absolute path", text));
}

Result<std::filesystem::path> parse_readable(const std::string& text) {
  std::error_code error;
  auto path = std::filesystem::absolute(text, error);
  if (!error && ::access(path.c_str(), R_OK) == 0) return path;
  return refuse(fmt::format("cannot read \"{}\": {}", text, error ? error.message() : std::strerror(errno)));
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> kSetters{
      {"listen", [](Settings& s, const std::string& v) { return assign(Endpoint::parse(v), s.listen); }},
      {"ca_file", [](Settings& s, const std::string& v) { return assign(parse_readable(v), s.ca_file); }},
      {"bind", [](Settings& s, const std::string& v) { return assign(IpAddress::parse(v), s.bind); }},
      {"data", [](Settings& s, const std::string& v) { return assign(parse_folder(v), s.data); }},
      {"download_dir", [](Settings& s, const std::string& v) { return assign(parse_folder(v), s.download_dir); }},
      {"upload_cap", [](Settings& s, const std::string& v) { return assign(sharing::parse_rate(v), s.upload_cap); }},
      {"upload_slots", [](Settings& s, const std::string& v) { return assign(parse_slots(v), s.upload_slots); }},
      {"low_memory", [](Settings& s, const std::string& v) { return assign(parse_switch(v), s.low_memory); }},
      {"utp", [](Settings& s, const std::string& v) { return assign(parse_switch(v), s.utp); }},
      {"map_port", [](Settings& s, const std::string& v) { return assign(parse_switch(v), s.map_port); }},
      {"log_level", [](Settings& s, const std::string& v) { return assign(runtime::parse_log_level(v), s.log_level); }},
  };
  return kSetters;
}

}  // namespace

Endpoint Settings::listen_or_default() const {
  if (listen) return *listen;
  return Endpoint{bind.value_or(IpAddress::from_v4(0)), 0};
}

Status set_setting(Settings& settings, const std::string& key, const std::string& value) {
  const auto found = setters().find(key);
  if (found != setters().end()) return found->second(settings, value);
  std::vector<std::string> known;
  for (const auto& [name, setter] : setters()) known.push_back(name);
  return refuse(fmt::format("there is no such setting; there are {}", fmt::join(known, ", ")));
}

Result<Settings> read_settings(const std::filesystem::path& file) {
  auto text = storage::read_text_file(file, kLargestConfig);
  if (!text) return pass_on(text);
  std::vector<CLI::ConfigItem> items;
  try {
    std::istringstream in(*text);
    items = CLI::ConfigBase().from_config(in);
  } catch (const CLI::Error& error) {
    return refuse(protocol::printable_text(fmt::format("{}: {}", file.string(), error.what()), kLongestError));
  }
  Settings settings;
  for (const auto& item : items) {
    const auto value = fmt::format("{}", fmt::join(item.inputs, " "));
    if (auto set = set_setting(settings, item.fullname(), value); !set) {
      const auto name = protocol::printable_text(item.fullname(), kLongestName);
      return pass_on(set.error(), fmt::format("{}: {}", file.string(), name));
    }
  }
  return settings;
}

protocol::SharingState effective_sharing(const protocol::SharingState& owner, const Settings& settings,
                                         bool receipts_kept) {
  auto state = owner;
  state.consented = owner.consented && receipts_kept;
  const auto bound = settings.upload_cap;
  if (bound.value > 0) state.upload_cap = state.upload_cap.value > 0 ? std::min(state.upload_cap, bound) : bound;
  if (settings.upload_slots) state.upload_slots = std::min(state.upload_slots, *settings.upload_slots);
  return state;
}

}  // namespace waybill::cli
