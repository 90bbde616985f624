#include "common/protocol/enroll.h"

#include <charconv>

#include "common/protocol/domains.h"
#include "common/protocol/json_reader_detail.h"
#include "common/protocol/limits.h"
#include "common/types/ip.h"

namespace waybill::protocol {

namespace {

constexpr std::string_view kScheme = "waybill://";
constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 2.3.4, in text

tl::unexpected<Error> bad_link(const std::string& why) {
  return refuse("the enrol link is malformed: " + why + " (it reads waybill://HOST:PORT/enroll?key=HEX&token=HEX)");
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  for (const char c : host) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter_or_digit && c != '.' && c != '-') return false;
  }
  return true;
}

bool parse_host(std::string_view text, std::string& host) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    host = text.substr(1, text.size() - 2);
    const auto address = IpAddress::parse(host);
    return address && host.find(':') != std::string::npos;
  }
  host = text;
  return is_host_name(text);
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool is_token(std::string_view text) { return text.size() == kEnrollTokenBytes * 2 && from_hex(text).has_value(); }

// Both halves of "name=value"; unknown names are ignored, so that later versions may add some.
Status read_parameter(std::string_view parameter, EnrollLink& link) {
  if (parameter.starts_with("key=")) {
    const auto key = crypto::PublicKey::from_hex(parameter.substr(4));
    if (!key) return bad_link("its key is not 64 hexadecimal digits");
    link.tracker_key = *key;
  } else if (parameter.starts_with("token=")) {
    if (!is_token(parameter.substr(6))) return bad_link("its token is not 32 hexadecimal digits");
    link.token = to_hex(*from_hex(parameter.substr(6)));
  }
  return {};
}

ByteString proof_payload(const crypto::PublicKey& tracker, ByteView token, const AgentKey& agent) {
  return tracker.str() + ByteString(token) + agent.str();
}

}  // namespace

std::string_view name_of(AgentRole role) { return role == AgentRole::cdn_node ? "cdn_node" : "client"; }

Result<AgentRole> parse_role(std::string_view text) {
  for (const auto role : {AgentRole::client, AgentRole::cdn_node}) {
    if (name_of(role) == text) return role;
  }
  return refuse("'" + std::string(text) + "' is not a role: client or cdn_node");
}

std::string EnrollLink::tracker_url() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return "https://" + (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string EnrollLink::str() const {
  const auto authority = tracker_url().substr(std::string_view("https://").size());
  return std::string(kScheme) + authority + "/enroll?key=" + tracker_key.hex() + "&token=" + token;
}

Result<EnrollLink> EnrollLink::parse(std::string_view text) {
  if (text.size() > kMaxEnrollLinkBytes) return bad_link("it is too long");
  if (!text.starts_with(kScheme)) return bad_link("it does not begin with waybill://");
  text.remove_prefix(kScheme.size());
  constexpr std::string_view kPathAndQuery = "/enroll?";
  const auto slash = text.find(kPathAndQuery);
  if (slash == std::string_view::npos) return bad_link("it has no /enroll?");
  const auto authority = text.substr(0, slash);
  const auto colon = authority.rfind(':');
  EnrollLink link;
  if (colon == std::string_view::npos || !parse_host(authority.substr(0, colon), link.host)) {
    return bad_link("its host is not a name or an address");
  }
  if (!parse_port(authority.substr(colon + 1), link.port)) return bad_link("its port is not 1 to 65535");
  auto query = text.substr(slash + kPathAndQuery.size());
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (const auto status = read_parameter(query.substr(0, end), link); !status) return refuse(status.error().message);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  if (link.tracker_key == crypto::PublicKey{}) return bad_link("it names no key");
  if (link.token.empty()) return bad_link("it carries no token");
  return link;
}

EnrollRequest make_enroll_request(const crypto::KeyPair& agent, const EnrollLink& link, std::string name) {
  const auto token = from_hex(link.token).value_or(ByteString());
  return {agent.public_key(), link.token, std::move(name),
          agent.sign(kEnrollDomain, proof_payload(link.tracker_key, token, agent.public_key()))};
}

bool verify_enroll_request(const EnrollRequest& request, const crypto::PublicKey& tracker_key) {
  if (!is_token(request.token)) return false;
  const auto payload = proof_payload(tracker_key, *from_hex(request.token), request.key);
  return crypto::verify(request.key, kEnrollDomain, payload, request.proof);
}

std::string to_json_text(const EnrollRequest& request) {
  const nlohmann::ordered_json fields{
      {"key", request.key.hex()}, {"token", request.token}, {"name", request.name}, {"proof", request.proof.hex()}};
  return fields.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<EnrollRequest> parse_enroll_request(std::string_view json) {
  const auto object = parse_json_object(json, kMaxEnrollRequestBytes);
  if (!object) return pass_on(object.error(), "the enrol request is malformed");
  JsonReader in(*object, "the enrol request");
  EnrollRequest request;
  request.key = in.id<AgentKey>("key");
  request.token = to_hex(in.hex("token", kEnrollTokenBytes));
  if (!is_token(request.token)) in.fault("its token is not 32 hexadecimal digits");
  request.name = in.text("name", kMaxNameBytes);
  request.proof = in.id<crypto::Signature>("proof");
  if (const auto status = in.finish(); !status) return refuse(status.error().message);
  return request;
}

}  // namespace waybill::protocol
