#pragma once
// Reads the fields of a JSON object that this folder wrote, remembering the first fault. Whoever reads names every
// field: what is left over is a fault, too. For the .cpp files of this folder.
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

class DocumentFields {
 public:
  explicit DocumentFields(const nlohmann::json& object) : object_(object) {
    if (!object.is_object()) fault_ = "it is no JSON object";
  }

  bool has(const std::string& key) const { return object_.is_object() && object_.contains(key); }
  std::string text(const std::string& key) {
    const auto* value = find(key, true);
    if (value == nullptr) return {};
    if (!value->is_string()) return fault(key, "is no text"), std::string();
    return value->get<std::string>();
  }
  std::optional<std::string> optional_text(const std::string& key) {
    return find(key, false) == nullptr ? std::nullopt : std::optional(text(key));
  }
  std::int64_t integer(const std::string& key) {
    const auto* value = find(key, true);
    if (value == nullptr) return 0;
    const bool fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
    if (!fits) return fault(key, "is no whole number"), 0;
    return value->get<std::int64_t>();
  }
  TimeMs time(const std::string& key) { return {integer(key)}; }
  std::optional<TimeMs> optional_time(const std::string& key) {
    return find(key, false) == nullptr ? std::nullopt : std::optional(time(key));
  }
  bool flag(const std::string& key) {
    const auto* value = find(key, true);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return fault(key, "is neither true nor false"), false;
    return value->get<bool>();
  }
  const nlohmann::json& object(const std::string& key) {
    static const nlohmann::json kNone = nlohmann::json::object();
    const auto* value = find(key, true);
    if (value == nullptr) return kNone;
    if (!value->is_object()) return fault(key, "is no JSON object"), kNone;
    return *value;
  }
  const nlohmann::json& array(const std::string& key) {
    static const nlohmann::json kNone = nlohmann::json::array();
    const auto* value = find(key, true);
    if (value == nullptr) return kNone;
    if (!value->is_array()) return fault(key, "is no list"), kNone;
    return *value;
  }

  void fault(const std::string& key, const std::string& why) {
    if (!fault_) fault_ = "'" + key + "' " + why;
  }
  // After all fields were asked for. `what` names the document in the refusal.
  Status finish(std::string_view what) {
    if (!fault_) {
      for (const auto& item : object_.items()) {
        if (!asked_.contains(item.key())) fault(item.key(), "is not known");
      }
    }
    if (fault_) return refuse(std::string(what) + " cannot be read: " + *fault_);
    return {};
  }

 private:
  const nlohmann::json* find(const std::string& key, bool needed) {
    asked_.insert(key);
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    if (needed) fault(key, "is missing");
    return nullptr;
  }
  const nlohmann::json& object_;
  std::set<std::string> asked_;
  std::optional<std::string> fault_;
};

// Of at most `max_bytes`; what is no JSON at all becomes a value that DocumentFields refuses.
inline nlohmann::json parse_document(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) return nullptr;
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace waybill::tracker
