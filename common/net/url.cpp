// RFC 3986, as far as http and https need it.
#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "common/net/http.h"

namespace waybill::net {

namespace {

constexpr std::size_t kMaxUrlBytes = 8192;  // RFC 9110 4.1 asks for 8000 at least

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_char(char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; }

// Whether the text starts with "scheme:" (3.1). Returns the scheme's length, 0 without one.
std::size_t scheme_length(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return 0;
  const auto scheme = text.substr(0, colon);
  const bool letter_first = is_letter_or_digit(scheme[0]) && !(scheme[0] >= '0' && scheme[0] <= '9');
  return letter_first && std::all_of(scheme.begin(), scheme.end(), is_scheme_char) ? colon : 0;
}

// What may stand on a request line: printable ASCII without those that 2.4 wants percent-encoded and that some readers
// take for something else.
bool is_target_char(char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\'; }

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
  });
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

// "host", "host:port" or "[v6]:port" into the URL; false when it is none of them.
bool parse_authority(std::string_view authority, Url& url) {
  std::string_view port_text;
  if (!authority.empty() && authority.front() == '[') {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return false;
    const auto address = IpAddress::parse(authority.substr(1, bracket - 1));
    if (!address || authority.substr(1, bracket - 1).find(':') == std::string_view::npos) return false;
    url.host = address->str();
    port_text = authority.substr(bracket + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    if (!is_host_name(authority.substr(0, colon))) return false;
    url.host = lower(authority.substr(0, colon));
    port_text = authority.substr(colon);
  }
  if (port_text.empty() || port_text == ":") return true;  // 3.2.3: an empty port is the default one
  return port_text.front() == ':' && parse_port(port_text.substr(1), url.port);
}

// 5.2.4, for a path that starts with a slash.
std::string remove_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const auto next = std::min(path.find('/', 1), path.size());
    const auto segment = path.substr(0, next);
    const bool last = next == path.size();
    if (segment == "/..") result.resize(result.empty() ? 0 : result.rfind('/'));
    if (segment == "/." || segment == "/..") {
      if (last) result += '/';
    } else {
      result += segment;
    }
    path.remove_prefix(next);
  }
  return result.empty() ? "/" : result;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return refuse(fmt::format("'{}' is not a URL: {}", text.substr(0, 200), why));
  };
  if (text.size() > kMaxUrlBytes) return bad("it is too long");
  if (!std::all_of(text.begin(), text.end(), is_target_char)) return bad("it has a character that must be %-encoded");
  const auto length = scheme_length(text);
  Url url;
  url.scheme = lower(text.substr(0, length));
  if (url.scheme != "http" && url.scheme != "https") return bad("it must start with http:// or https://");
  auto rest = text.substr(length + 1);
  if (rest.substr(0, 2) != "//") return bad("it must start with http:// or https://");
  rest.remove_prefix(2);
  rest = rest.substr(0, rest.find('#'));
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) return bad("names and passwords in it are not supported");
  url.port = default_port(url.scheme);
  if (!parse_authority(authority, url)) return bad("its host or port cannot be read");
  rest.remove_prefix(authority.size());
  url.target = rest.empty() || rest.front() != '/' ? "/" + std::string(rest) : std::string(rest);
  return url;
}

std::string Url::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  auto text = is_v6 ? "[" + host + "]" : host;
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::str() const { return scheme + "://" + authority() + target; }

Result<Url> Url::resolve(std::string_view reference) const {
  if (reference.size() > kMaxUrlBytes) return refuse("a URL reference is too long");
  if (scheme_length(reference) > 0) return parse(reference);
  if (reference.substr(0, 2) == "//") return parse(scheme + ":" + std::string(reference));
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return *this;
  const auto base_path = target.substr(0, target.find('?'));
  const auto path = reference.substr(0, reference.find('?'));
  const auto query = reference.substr(path.size());
  std::string merged;
  if (path.empty()) {
    merged = base_path;
  } else if (path.front() == '/') {
    merged = remove_dot_segments(path);
  } else {
    merged = remove_dot_segments(base_path.substr(0, base_path.rfind('/') + 1) + std::string(path));
  }
  // Through parse() once more, so that what the other side wrote is checked like any URL.
  return parse(scheme + "://" + authority() + merged + std::string(query));
}

}  // namespace waybill::net
