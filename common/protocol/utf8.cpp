#include "common/protocol/utf8.h"

#include <cstdint>

namespace waybill::protocol {

namespace {

constexpr std::uint32_t kSmallestOfLength[] = {0, 0, 0x80, 0x800, 0x10000};  // shorter forms are overlong

std::size_t length_from_first(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

// Bytes of the printable character at the start of `text`; 0 where there is none.
std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = length_from_first(byte(0));
  if (length == 0 || length > text.size()) return 0;
  if (length == 1) return byte(0) >= 0x20 && byte(0) != 0x7f ? 1 : 0;
  std::uint32_t point = byte(0) & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3fu);
  }
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  const bool control = point < 0xa0;
  return point < kSmallestOfLength[length] || point > 0x10ffff || surrogate || control ? 0 : length;
}

}  // namespace

bool is_printable_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = printable_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable_text(std::string_view text, std::size_t max_bytes) {
  std::string result;
  while (!text.empty()) {
    const auto length = printable_length(text);
    const auto taken = length == 0 ? 1 : length;
    if (result.size() + taken > max_bytes) break;
    if (length == 0) {
      result.push_back('?');
    } else {
      result.append(text.substr(0, length));
    }
    text.remove_prefix(taken);
  }
  return result;
}

}  // namespace waybill::protocol
