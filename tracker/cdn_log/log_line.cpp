#include "tracker/cdn_log/log_line.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/protocol/limits.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kMostSeconds = 253'402'300'799;  // the year 9999
constexpr std::int64_t kMostRequestSeconds = 365 * 86'400;

// Digits alone, without a sign.
std::optional<std::int64_t> parse_number(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool digits = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!digits || error != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

// Seconds with three digits of milliseconds, as $msec and $request_time are.
std::optional<std::int64_t> parse_milliseconds(std::string_view text, std::int64_t most_seconds) {
  const auto point = text.find('.');
  if (point == std::string_view::npos || text.size() != point + 4) return std::nullopt;
  const auto whole = parse_number(text.substr(0, point), most_seconds);
  const auto part = parse_number(text.substr(point + 1), 999);
  if (!whole || !part) return std::nullopt;
  return *whole * 1000 + *part;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// nginx writes quotes, backslashes and what is no printable ASCII as \xXX.
std::optional<std::string> unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (i + 3 >= text.size() || text[i + 1] != 'x') return std::nullopt;
    const int high = digit_of(text[i + 2]);
    const int low = digit_of(text[i + 3]);
    if (high < 0 || low < 0) return std::nullopt;
    plain += static_cast<char>(high * 16 + low);
    i += 3;
  }
  return plain;
}

// The text up to the next space, which is taken off `rest` with it.
std::string_view next_word(std::string_view& rest) {
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return word;
}

Status read_request(std::string_view text, LogLine& line) {
  const auto inside = text.size() >= 2 && text.front() == '"' && text.back() == '"'
                          ? unescape(text.substr(1, text.size() - 2))
                          : std::nullopt;
  if (!inside) return refuse("the request is not in quotes as nginx writes it, or the line is cut off");
  const auto space = inside->find(' ');
  if (space == std::string::npos) return refuse("the request has no method and URL");
  line.method = inside->substr(0, space);
  line.url = inside->substr(space + 1);
  return {};
}

}  // namespace

Result<LogLine> parse_log_line(std::string_view text) {
  if (text.size() > kMaxLogLineBytes) return refuse("the line is too long");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; })) {
    return refuse("the line holds bytes that nginx writes in no log");
  }
  LogLine line;
  const auto ended = parse_milliseconds(next_word(text), kMostSeconds);
  if (!ended) return refuse("$msec is no time with milliseconds");
  const auto id = RequestId::from_hex(next_word(text));
  if (!id) return refuse("$request_id is not 32 hexadecimal digits");
  const auto server = IpAddress::parse(next_word(text));
  const auto client = IpAddress::parse(next_word(text));
  if (!server) return refuse("$server_addr is no address");
  if (!client) return refuse("$remote_addr is no address");
  const auto status = parse_number(next_word(text), 999);
  if (!status) return refuse("$status is no number");
  const auto sent = parse_number(next_word(text), INT64_MAX);
  if (!sent) return refuse("$body_bytes_sent is no number");
  const auto took = parse_milliseconds(next_word(text), kMostRequestSeconds);
  if (!took) return refuse("$request_time is no number of seconds with milliseconds");
  line.id = *id;
  line.ended = {*ended};
  line.started = {std::max<std::int64_t>(0, *ended - *took)};
  line.server = *server;
  line.client = *client;
  line.status = static_cast<int>(*status);
  line.sent = {*sent};
  if (auto good = read_request(text, line); !good) return tl::make_unexpected(good.error());
  return line;
}

}  // namespace waybill::tracker
