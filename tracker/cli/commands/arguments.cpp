#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "tracker/cli/commands/arguments_json.h"

namespace waybill::tracker {

namespace {

// An argument as the command line and its help write it.
std::string flag_name(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

std::string place_name(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::toupper(c); });
  return key;
}

}  // namespace

Arguments::Arguments(const nlohmann::json& values) : values_(values) {
  if (!values.is_object()) fault_ = "the arguments must be a JSON object";
}

const nlohmann::json* Arguments::find(const std::string& key) {
  asked_.insert(key);
  if (!values_.is_object()) return nullptr;
  const auto found = values_.find(key);
  return found == values_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Arguments::text(const std::string& key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fault(key, "must be a text");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::string Arguments::required(const std::string& key) {
  auto value = text(key);
  if (value && !value->empty()) return *value;
  fault(key, "is needed");
  return {};
}

std::string Arguments::positional(const std::string& key) {
  positional_.insert(key);
  return required(key);
}

std::vector<std::string> Arguments::list(const std::string& key) {
  const auto* value = find(key);
  std::vector<std::string> result;
  if (value == nullptr) return result;
  if (value->is_string()) return {value->get<std::string>()};
  if (!value->is_array()) {
    fault(key, "must be a list of texts");
    return result;
  }
  for (const auto& item : *value) {
    if (!item.is_string()) {
      fault(key, "must be a list of texts");
      return {};
    }
    result.push_back(item.get<std::string>());
  }
  return result;
}

bool Arguments::flag(const std::string& key) {
  const auto* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    fault(key, "must be true or false");
    return false;
  }
  return value->get<bool>();
}

std::optional<std::int64_t> Arguments::integer(const std::string& key, std::int64_t min, std::int64_t max) {
  const auto value = text(key);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc{} || end != value->data() + value->size() || number < min || number > max) {
    fault(key, fmt::format("'{}' is not a whole number from {} to {}", *value, min, max));
    return std::nullopt;
  }
  return number;
}

void Arguments::fault(const std::string& key, const std::string& why) {
  if (!fault_) fault_ = (positional_.contains(key) ? place_name(key) : flag_name(key)) + ": " + why;
}

Status Arguments::finish() {
  if (!fault_) {
    for (const auto& item : values_.items()) {
      if (asked_.count(item.key()) == 0) fault(item.key(), "this command does not have it");
    }
  }
  if (fault_) return refuse(*fault_);
  return {};
}

}  // namespace waybill::tracker
