#include "tracker/alerts/mail_encoding.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

constexpr std::size_t kMaxEncodedLine = 76;  // RFC 2045 6.7 (5), RFC 2047 2

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7f; }

std::string as_octet(char c) { return fmt::format("={:02X}", static_cast<unsigned char>(c)); }

// In an encoded word's Q encoding (RFC 2047 4.2) only these stand for themselves.
bool is_plain_in_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string result;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      result += "\r\n";
      width = 0;
      continue;
    }
    const bool line_ends = i + 1 == text.size() || text[i + 1] == '\n';
    // A blank at a line's end may be lost on the way; a dot at its begin means something to SMTP.
    const bool plain = is_printable_ascii(text[i]) && text[i] != '=' && !(text[i] == ' ' && line_ends);
    auto piece = plain ? std::string(1, text[i]) : as_octet(text[i]);
    if (width + piece.size() > kMaxEncodedLine - 1) {
      result += "=\r\n";
      width = 0;
    }
    if (piece == "." && width == 0) piece = as_octet('.');
    result += piece;
    width += piece.size();
  }
  return result;
}

std::string header_text(std::string_view text) {
  constexpr std::size_t kFirstLine = 60;  // leaves room for the header's name
  const bool plain = std::all_of(text.begin(), text.end(), is_printable_ascii);
  // "=?" would be read as the begin of an encoded word.
  if (plain && text.size() <= kFirstLine && text.find("=?") == std::string_view::npos) return std::string(text);
  constexpr std::string_view kBegin = "=?utf-8?Q?", kEnd = "?=";
  std::string result(kBegin);
  std::size_t width = kBegin.size() + kMaxEncodedLine - kFirstLine;
  for (std::size_t i = 0; i < text.size();) {
    std::string character;  // is never torn between two words (RFC 2047 5 (3))
    do {
      character += is_plain_in_word(text[i]) ? std::string(1, text[i]) : as_octet(text[i]);
      ++i;
    } while (i < text.size() && !begins_character(text[i]));
    if (width + character.size() + kEnd.size() > kMaxEncodedLine) {
      result += std::string(kEnd) + "\r\n " + std::string(kBegin);
      width = kBegin.size() + 1;
    }
    result += character;
    width += character.size();
  }
  return result + std::string(kEnd);
}

std::string mail_date(TimeMs time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time.value / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[static_cast<std::size_t>(utc.tm_wday)],
                     utc.tm_mday, kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

}  // namespace waybill::tracker
