#include "agent/control/enrollment.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/storage/text_file.h"

namespace waybill::control {

namespace {

constexpr std::size_t kLargestFile = 64 * 1024;

std::string text_field(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<Enrollment> load_enrollment(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    return refuse(
        fmt::format("this agent is not enrolled ({} does not exist): run waybill-agent enroll LINK with the "
                    "operator's link",
                    file.string()));
  }
  auto text = storage::read_text_file(file, kLargestFile);
  if (!text) return pass_on(text);
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto broken = [&](const std::string& why) {
    return refuse(fmt::format("{} cannot be understood ({}): run waybill-agent enroll LINK again", file.string(), why));
  };
  if (!json.is_object()) return broken("no JSON object");
  Enrollment enrollment;
  enrollment.tracker_url = text_field(json, "tracker");
  auto url = net::Url::parse(enrollment.tracker_url);
  if (!url) return broken(url.error().message);
  if (url->scheme != "https") return broken("the tracker's URL is not https");
  auto key = crypto::PublicKey::from_hex(text_field(json, "tracker_key"));
  if (!key) return broken(key.error().message);
  enrollment.tracker_key = *key;
  auto role = protocol::parse_role(text_field(json, "role"));
  if (!role) return broken(role.error().message);
  enrollment.role = *role;
  enrollment.name = text_field(json, "name");
  return enrollment;
}

Status save_enrollment(const std::filesystem::path& file, const Enrollment& enrollment) {
  const nlohmann::ordered_json json{{"tracker", enrollment.tracker_url},
                                    {"tracker_key", enrollment.tracker_key.hex()},
                                    {"role", protocol::name_of(enrollment.role)},
                                    {"name", enrollment.name}};
  return storage::write_text_file(file,
                                  json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

net::ClientOptions tracker_options(const Enrollment& enrollment, const std::optional<IpAddress>& bind) {
  net::ClientOptions options;
  options.pin = net::TlsPin{enrollment.tracker_key};
  options.bind = bind;
  return options;
}

Result<net::Url> tracker_url(const Enrollment& enrollment, const std::string& target) {
  auto url = net::Url::parse(enrollment.tracker_url);
  if (!url) return pass_on(url);
  url->target = target;
  return url;
}

}  // namespace waybill::control
