#include <ctime>

#include <fmt/core.h>

#include "common/net/http_message_detail.h"

namespace waybill::net {

namespace {

constexpr std::string_view kDecidedByConnection[] = {"content-length", "connection", "transfer-encoding", "host"};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool same_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// RFC 9110 5.6.7, e.g. "Sun, 06 Nov 1994 08:49:37 GMT". strftime would follow the locale.
std::string http_date(std::time_t now) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon],
                     utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace

void HeadWriter::add(std::string_view name, std::string_view value) {
  text_.append(name).append(": ");
  for (const char c : value) text_.push_back(is_control(c) ? ' ' : c);
  text_.append("\r\n");
}

void HeadWriter::add_all(const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) {
    const auto is_name = [&name = name](std::string_view decided) { return same_ignoring_case(name, decided); };
    if (std::none_of(std::begin(kDecidedByConnection), std::end(kDecidedByConnection), is_name)) add(name, value);
  }
}

std::string response_head(const HttpResponse& response, std::string_view reason, bool keep_alive, std::time_t now) {
  HeadWriter head(fmt::format("HTTP/1.1 {} {}", response.status, reason));
  head.add("date", http_date(now));
  head.add_all(response.headers);
  // RFC 9110 8.6: these two have no body, and say so by their status alone.
  if (response.status != 204 && response.status != 304)
    head.add("content-length", std::to_string(response.body.size()));
  head.add("connection", keep_alive ? "keep-alive" : "close");
  return std::move(head).take();
}

std::string request_head(const HttpRequest& request, std::string_view target, std::string_view authority,
                         bool keep_alive) {
  HeadWriter head(fmt::format("{} {} HTTP/1.1", request.method, target));
  head.add("host", authority);
  head.add_all(request.headers);
  const bool body_expected = request.method != "GET" && request.method != "HEAD";
  if (body_expected || !request.body.empty()) head.add("content-length", std::to_string(request.body.size()));
  head.add("connection", keep_alive ? "keep-alive" : "close");
  return std::move(head).take();
}

bool lists_token(std::string_view header, std::string_view lower_case_token) {
  while (!header.empty()) {
    auto part = header.substr(0, header.find(','));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    while (!part.empty() && (part.front() == ' ' || part.front() == '\t')) part.remove_prefix(1);
    while (!part.empty() && (part.back() == ' ' || part.back() == '\t')) part.remove_suffix(1);
    if (same_ignoring_case(part, lower_case_token)) return true;
  }
  return false;
}

bool asks_for_web_socket(const HttpRequest& request) {
  const auto header = [&](const char* name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string_view{} : std::string_view(found->second);
  };
  return request.method == "GET" && lists_token(header("connection"), "upgrade") &&
         lists_token(header("upgrade"), "websocket");
}

std::string printable(std::string_view text) {
  std::string line(text.substr(0, 200));
  std::replace_if(line.begin(), line.end(), is_control, ' ');
  return line;
}

}  // namespace waybill::net
