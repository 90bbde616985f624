#pragma once
// Reads fixed-form text (dates, hours, sizes) from left to right.
#include <optional>
#include <string_view>

namespace waybill::tracker {

class DigitReader {
 public:
  explicit DigitReader(std::string_view text) : rest_(text) {}

  // Exactly `digits` decimal digits (at most 9).
  std::optional<int> number(std::size_t digits) {
    if (leading_digits() < digits) return std::nullopt;
    return take(digits);
  }
  // All digits that follow: at least 1, at most `limit` (itself at most 9).
  std::optional<int> number_up_to(std::size_t limit) {
    const auto count = leading_digits();
    if (count == 0 || count > limit) return std::nullopt;
    return take(count);
  }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::size_t leading_digits() const {
    const auto end = rest_.find_first_not_of("0123456789");
    return end == std::string_view::npos ? rest_.size() : end;
  }
  int take(std::size_t count) {
    int value = 0;
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }
  std::string_view rest_;
};

}  // namespace waybill::tracker
