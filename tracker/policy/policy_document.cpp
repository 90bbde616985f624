#include "tracker/policy/policy_document.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace waybill::tracker {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxNameLength = 300;
constexpr std::int64_t kMaxLimit = 1'000'000'000'000'000'000;  // sums of windows stay within 63 bits
constexpr std::int64_t kLatestTime = 253'370'764'800'000;      // 9999-01-01T00:00Z

// Reads fields of one object; the first fault stays.
class PolicyReader {
 public:
  explicit PolicyReader(const json& object) : object_(object) {}

  std::string text(const char* key) {
    const auto* value = field(key);
    if (!value) return "";
    if (!value->is_string()) return blame(key, "must be a text"), "";
    const auto text = value->get<std::string>();
    if (text.empty() || text.size() > kMaxNameLength) blame(key, "must have 1 to 300 bytes");
    return text;
  }
  std::int64_t integer(const char* key, std::int64_t most) {
    const auto* value = field(key);
    if (!value) return 0;
    const bool fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most));
    if (!fits || value->get<std::int64_t>() < 1 || value->get<std::int64_t>() > most) {
      blame(key, fmt::format("must be an integer from 1 to {}", most));
      return 0;
    }
    return value->get<std::int64_t>();
  }
  bool has(const char* key) const { return object_.contains(key); }
  void blame(const std::string& key, const std::string& why) {
    if (fault_.empty()) fault_ = fmt::format("policy: {}: {}", key, why);
  }
  Status finish() {
    for (const auto& [key, value] : object_.items()) {
      if (!read_.contains(key)) blame(key, "is not a field of a policy");
    }
    if (fault_.empty()) return {};
    return refuse(fault_);
  }

 private:
  const json* field(const char* key) {
    read_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  const json& object_;
  std::string fault_;
  std::set<std::string> read_;
};

const Isp* named(const std::vector<Isp>& isps, std::string_view name) {
  const auto found = std::find_if(isps.begin(), isps.end(), [&](const Isp& isp) { return isp.name == name; });
  return found == isps.end() ? nullptr : &*found;
}

// Whose clocks count for a component: the ISP's that its key names.
const Isp* isp_of_key(const std::vector<Isp>& isps, const std::string& key) {
  const std::string_view view(key);
  if (view.starts_with("isp:")) return named(isps, view.substr(4));
  if (!view.starts_with("inter-isp-link:")) return nullptr;
  const auto border = view.substr(15);
  for (auto at = border.find('>'); at != std::string_view::npos; at = border.find('>', at + 1)) {
    if (const auto* isp = named(isps, border.substr(0, at))) return isp;
  }
  return nullptr;
}

const Isp* read_subject(PolicyReader& reader, const std::vector<Isp>& isps, CapacityPolicy& policy) {
  policy.component = reader.text("component");
  const auto isp_name = reader.text("isp");
  const auto direction = reader.text("direction");
  if (reader.has("component") && reader.has("isp")) reader.blame("component", "stands in place of isp and direction");
  if (reader.has("component")) {
    policy.subject = PolicySubject::component;
    return isp_of_key(isps, policy.component);
  }
  if (!reader.has("isp")) {
    if (reader.has("direction")) reader.blame("direction", "needs an isp");
    return nullptr;
  }
  const auto* isp = named(isps, isp_name);
  if (!isp) reader.blame("isp", fmt::format("unknown ISP '{}': `isp list` shows those that are known", isp_name));
  if (isp) policy.isp = isp->id;
  if (direction == "out") {
    policy.subject = PolicySubject::isp_out;
  } else if (direction == "into") {
    policy.subject = PolicySubject::isp_into;
  } else if (direction == "within") {
    policy.subject = PolicySubject::isp_within;
  } else {
    reader.blame("direction", fmt::format("'{}' is none of out, into, within", direction));
  }
  return isp;
}

void read_limit(PolicyReader& reader, CapacityPolicy& policy) {
  policy.bytes = {reader.integer("bytes", kMaxLimit)};
  policy.rate = {reader.integer("rate", kMaxLimit)};
  const auto per = reader.text("per");
  if (reader.has("bytes") && !reader.has("per")) reader.blame("per", "the window is missing, e.g. day");
  if (reader.has("rate") && reader.has("per") && !reader.has("bytes")) reader.blame("per", "a rate has no window");
  if (per.empty()) return;
  if (auto window = read_policy_window(per, policy); !window) reader.blame("per", window.error().message);
}

const char* direction_of(PolicySubject subject) {
  return subject == PolicySubject::isp_out ? "out" : subject == PolicySubject::isp_into ? "into" : "within";
}

}  // namespace

std::string write_policy(const CapacityPolicy& policy, const std::vector<Isp>& isps) {
  json value;
  if (policy.subject == PolicySubject::component) {
    value["component"] = policy.component;
  } else if (policy.subject != PolicySubject::everything) {
    const auto found = std::find_if(isps.begin(), isps.end(), [&](const Isp& isp) { return isp.id == policy.isp; });
    value["isp"] = found == isps.end() ? fmt::format("isp#{}", policy.isp.value) : found->name;
    value["direction"] = direction_of(policy.subject);
  }
  if (policy.content_class) value["class"] = name_of(*policy.content_class);
  if (!policy.owner.empty()) value["owner"] = policy.owner;
  if (policy.limits_rate()) {
    value["rate"] = policy.rate.value;
  } else {
    value["bytes"] = policy.bytes.value;
    value["per"] = policy_window_text(policy);
  }
  value["timezone"] = policy.timezone;
  value["from"] = policy.valid_from.value;
  if (policy.valid_until) value["until"] = policy.valid_until->value;
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<CapacityPolicy> read_policy(std::string_view text, const std::vector<Isp>& isps, TimeMs now) {
  if (text.size() > kMaxPolicyDocumentBytes) return refuse("policy: the document is too long");
  const auto document = json::parse(text, nullptr, false);
  if (!document.is_object()) return refuse("policy: it must be one JSON object");
  PolicyReader reader(document);
  CapacityPolicy policy;
  const auto* isp = read_subject(reader, isps, policy);
  if (const auto word = reader.text("class"); word == "file" || word == "live") {
    policy.content_class = word == "file" ? ContentClass::file : ContentClass::live;
  } else if (reader.has("class")) {
    reader.blame("class", fmt::format("'{}' is none of file, live", word));
  }
  policy.owner = reader.text("owner");
  read_limit(reader, policy);
  policy.timezone = reader.text("timezone");
  if (policy.timezone.empty()) policy.timezone = isp ? isp->timezone : "UTC";
  policy.valid_from = reader.has("from") ? TimeMs{reader.integer("from", kLatestTime)} : now;
  if (reader.has("until")) policy.valid_until = TimeMs{reader.integer("until", kLatestTime)};
  if (auto status = reader.finish(); !status) return tl::make_unexpected(status.error());
  return policy;
}

}  // namespace waybill::tracker
