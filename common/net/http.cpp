#include "common/net/http.h"

namespace waybill::net {

namespace {

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// A '%' that no two digits follow stands for itself.
std::string decode_query(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_value(text[i + 1]) >= 0 && digit_value(text[i + 2]) >= 0) {
      result.push_back(static_cast<char>(digit_value(text[i + 1]) << 4 | digit_value(text[i + 2])));
      i += 2;
    } else {
      result.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return result;
}

HttpResponse whole_response(int status, std::string type, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers["content-type"] = std::move(type);
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string HttpRequest::path() const { return target.substr(0, target.find('?')); }

std::string HttpRequest::query(const std::string& name) const {
  const auto question = target.find('?');
  if (question == std::string::npos) return {};
  std::string_view rest(target);
  rest.remove_prefix(question + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (decode_query(pair.substr(0, equals)) != name) continue;
    return equals == pair.size() ? std::string{} : decode_query(pair.substr(equals + 1));
  }
  return {};
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const bool unreserved = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      result.push_back(c);
    } else {
      const auto value = static_cast<unsigned char>(c);
      result += {'%', kDigits[value >> 4], kDigits[value & 15]};
    }
  }
  return result;
}

HttpResponse text_response(int status, std::string text) {
  return whole_response(status, "text/plain; charset=utf-8", std::move(text));
}

HttpResponse json_response(int status, std::string json) {
  return whole_response(status, "application/json", std::move(json));
}

}  // namespace waybill::net
