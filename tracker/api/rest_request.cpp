#include "tracker/api/rest_request.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/protocol/utf8.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::string_view kFormat = "format";

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      result += ' ';
    } else if (text[i] != '%') {
      result += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return refuse("a % is not followed by two hexadecimal digits");
      result += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  if (result.size() > kMaxRestValueBytes) return refuse("a value is too long");
  if (!protocol::is_printable_utf8(result)) return refuse("a value is no printable UTF-8");
  return result;
}

Status read_query(std::string_view rest, RestTarget& target) {
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    if (target.query.size() == kMaxRestPairs) return refuse("there are too many parameters");
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    if (!name) return pass_on(name);
    auto value = decode(equals == pair.size() ? std::string_view() : pair.substr(equals + 1), true);
    if (!value) return pass_on(value.error(), *name);
    target.query.emplace_back(*std::move(name), *std::move(value));
  }
  return {};
}

const RestParameter* find_parameter(const RestRoute& route, std::string_view name, ParameterPlace place) {
  for (const auto& parameter : route.parameters) {
    if (parameter.name == name && parameter.place == place) return &parameter;
  }
  return nullptr;
}

Status put_query(const RestParameter& parameter, const std::string& value, json& arguments) {
  if (parameter.kind == ParameterKind::list) {
    auto& list = arguments[parameter.name];
    if (list.is_null()) list = json::array();
    for (std::size_t at = 0; at <= value.size();) {
      const auto end = std::min(value.find(',', at), value.size());
      if (end > at) list.push_back(value.substr(at, end - at));
      at = end + 1;
    }
    return {};
  }
  if (arguments.contains(parameter.name)) return refuse(parameter.name + ": is given twice");
  if (parameter.kind == ParameterKind::text) {
    arguments[parameter.name] = value;
  } else if (value == "true" || value == "1" || value.empty()) {
    arguments[parameter.name] = true;
  } else if (value != "false" && value != "0") {
    return refuse(parameter.name + ": must be true or false");
  }
  return {};
}

bool fits(const RestParameter& parameter, const json& value) {
  const auto is_text = [](const json& item) { return item.is_string(); };
  switch (parameter.kind) {
    case ParameterKind::text:
      return value.is_string();
    case ParameterKind::flag:
      return value.is_boolean();
    case ParameterKind::list:
      return value.is_array() && std::all_of(value.begin(), value.end(), is_text);
  }
  return false;
}

Result<json> parse_body(const ByteString& body) {
  if (body.size() > kMaxRestBodyBytes) return refuse("the body is too large");
  bool deep = false;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    deep |= depth > kMaxRestBodyDepth;
    return !deep;
  };
  auto value = body.empty() ? json::object() : json::parse(body, watch, false);
  if (deep || !value.is_object())
    return refuse("the body must be one JSON object of texts, lists of texts, true, false");
  return value;
}

Status put_body(const RestRoute& route, const ByteString& body, json& arguments) {
  const auto value = parse_body(body);
  if (!value) return tl::make_unexpected(value.error());
  for (const auto& [name, item] : value->items()) {
    const auto* parameter = find_parameter(route, name, ParameterPlace::body);
    if (parameter == nullptr) return refuse(protocol::printable_text(name, 100) + ": this route does not have it");
    if (!fits(*parameter, item)) {
      const char* kinds[] = {"a text", "a list of texts", "true or false"};
      return refuse(name + ": must be " + kinds[static_cast<int>(parameter->kind)]);
    }
    if (parameter->kind == ParameterKind::flag && item == false) continue;
    arguments[name] = item;
  }
  return {};
}

// How much a media type is wanted, in thousandths; by the most specific range that fits.
int quality_of(std::string_view accept, std::string_view type) {
  const auto group = std::string(type.substr(0, type.find('/') + 1)) + "*";
  int quality = 0, best = -1;
  while (!accept.empty()) {
    auto range = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(range.size() + 1, accept.size()));
    std::string text;
    std::remove_copy_if(range.begin(), range.end(), std::back_inserter(text),
                        [](char c) { return c == ' ' || c == '\t'; });
    const auto name = text.substr(0, text.find(';'));
    const int specific = name == type ? 2 : name == group ? 1 : name == "*/*" ? 0 : -1;
    if (specific <= best) continue;
    best = specific;
    const auto q = text.find(";q=");
    quality = 1000;
    if (q != std::string::npos) {
      const auto number = text.substr(q + 3, 5);  // "0.123"
      quality = number.starts_with("1") ? 1000 : 0;
      for (std::size_t i = 2, unit = 100; number.starts_with("0.") && i < number.size(); ++i, unit /= 10) {
        if (number[i] < '0' || number[i] > '9') break;
        quality += static_cast<int>(unit) * (number[i] - '0');
      }
    }
  }
  return quality;
}

}  // namespace

Result<RestTarget> read_rest_target(const std::string& target) {
  const auto question = std::min(target.find('?'), target.size());
  std::string_view path(target.data(), question);
  if (!path.starts_with(kApiPath)) return refuse("this is not the API's");
  path.remove_prefix(kApiPath.size());
  if (path.starts_with("/")) path.remove_prefix(1);
  RestTarget read;
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    const bool last = segment.size() == path.size();
    path.remove_prefix(last ? segment.size() : segment.size() + 1);
    if (read.segments.size() == kMaxRestPairs) return refuse("the path is too deep");
    auto decoded = decode(segment, false);
    if (!decoded) return pass_on(decoded);
    read.segments.push_back(*std::move(decoded));
  }
  if (question == target.size()) return read;
  if (auto ok = read_query(std::string_view(target).substr(question + 1), read); !ok) return pass_on(ok);
  return read;
}

Result<json> read_rest_arguments(const RestMatch& match, const RestTarget& target, const ByteString& body) {
  json arguments = json::object();
  for (const auto& [name, value] : match.path_values) arguments[name] = value;
  for (const auto& [name, value] : target.query) {
    if (name == kFormat) continue;
    const auto* parameter = find_parameter(*match.route, name, ParameterPlace::query);
    if (parameter == nullptr) return refuse(name + ": this route does not have it");
    if (auto ok = put_query(*parameter, value, arguments); !ok) return pass_on(ok);
  }
  if (match.route->method == "POST") {
    if (auto ok = put_body(*match.route, body, arguments); !ok) return pass_on(ok);
  } else if (!body.empty()) {
    return refuse("a " + match.route->method + " has no body");
  }
  for (const auto& parameter : match.route->parameters) {
    if (parameter.needed && !arguments.contains(parameter.name)) return refuse(parameter.name + ": is needed");
  }
  return arguments;
}

tl::expected<RestFormat, FormatRefusal> choose_format(const RestRoute& route, const RestTarget& target,
                                                      const std::string& accept) {
  const auto refused = [](int status, std::string message) {
    return tl::make_unexpected(FormatRefusal{status, std::move(message)});
  };
  std::optional<std::string> named;
  for (const auto& [name, value] : target.query) {
    if (name != kFormat) continue;
    if (named) return refused(400, "format: is given twice");
    named = value;
  }
  if (named && *named != "json" && *named != "csv") return refused(400, "format: is json or csv");
  if (named == "csv" && !route.csv) return refused(406, "this has no table: it is answered as application/json");
  if (named) return *named == "csv" ? RestFormat::csv : RestFormat::json;
  if (accept.empty()) return RestFormat::json;
  const int json_quality = quality_of(accept, "application/json");
  const int csv_quality = route.csv ? quality_of(accept, "text/csv") : 0;
  if (json_quality == 0 && csv_quality == 0) {
    return refused(
        406, route.csv ? "this is answered as application/json or text/csv" : "this is answered as application/json");
  }
  return csv_quality > json_quality ? RestFormat::csv : RestFormat::json;
}

}  // namespace waybill::tracker
