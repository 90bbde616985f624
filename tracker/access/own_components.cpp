#include "tracker/access/own_components.h"

namespace waybill::tracker {

namespace {

constexpr std::string_view kBorder = "inter-isp-link:";
constexpr std::string_view kDeviceKinds[] = {"router:", "switch:", "host:", "link:"};
constexpr std::string_view kMask = "(other)";

}  // namespace

OwnComponents::OwnComponents(const std::string& isp, const std::vector<Isp>& isps,
                             const std::vector<RegisteredComponent>& registered)
    : isp_(isp), isps_(isps) {
  for (const auto& known : isps) {
    if (known.name == isp) id_ = known.id;
  }
  for (const auto& component : registered) {
    const bool own = id_ && component.isp == id_;
    (own ? own_keys_ : other_keys_).insert(component.key());
    if (own) own_labels_.insert(component.name);
  }
}

bool OwnComponents::owns_address(const IpAddress& address) const {
  int longest = -1;
  bool own = false;
  for (const auto& known : isps_) {
    for (const auto& prefix : known.prefixes) {
      if (!prefix.contains(address) || prefix.mapped_length() <= longest) continue;
      longest = prefix.mapped_length();
      own = known.id == id_;
    }
  }
  return own;
}

bool OwnComponents::owns_border(std::string_view ends) const {
  const auto between = ends.find('>');
  if (between == std::string_view::npos) return false;
  return ends.substr(0, between) == isp_ || ends.substr(between + 1) == isp_;
}

bool OwnComponents::owns(std::string_view key) const {
  if (isp_.empty() || !id_) return false;
  if (key == "isp:" + isp_) return true;
  if (key.starts_with(kBorder) && key.find('>') != std::string_view::npos) {
    return owns_border(key.substr(kBorder.size()));
  }
  if (own_keys_.contains(key)) return true;
  if (other_keys_.contains(key)) return false;
  for (const auto kind : kDeviceKinds) {
    if (!key.starts_with(kind)) continue;
    const auto name = key.substr(kind.size());
    if (name.starts_with(isp_ + "/")) return true;  // an address that is unique inside it only
    const auto address = IpAddress::parse(std::string(name));
    return address && owns_address(*address);
  }
  return false;
}

std::optional<std::string> OwnComponents::key_of(const std::string& text) const {
  if (owns(text)) return text;
  for (const auto& key : own_keys_) {
    if (key.size() > text.size() && key.ends_with(":" + text)) return key;
  }
  if (text == isp_) return "isp:" + isp_;
  return std::nullopt;
}

std::string OwnComponents::masked_path(const std::string& printed) const {
  std::string path;
  for (std::size_t at = 0; at < printed.size();) {
    const auto end = std::min(printed.find(' ', at), printed.size());
    const auto hop = printed.substr(at, end - at);
    at = end + 1;
    if (hop.empty()) continue;
    const auto address = IpAddress::parse(hop);
    const bool shown = hop == "*" || own_labels_.contains(hop) || (address && owns_address(*address));
    path.append(path.empty() ? "" : " ").append(shown ? std::string_view(hop) : kMask);
  }
  return path;
}

}  // namespace waybill::tracker
