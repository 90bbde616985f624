#pragma once
// A pattern of reverse DNS names, as an operator writes it: "*.core.sp1.example", "ae?-*.muc.example". `*` stands for
// any run of characters, dots included, `?` for one; case and a final dot do not count.
#include <cstddef>
#include <string>
#include <string_view>

#include "common/types/result.h"

namespace waybill::tracker {

class NamePattern {
 public:
  static constexpr std::size_t kMaxBytes = 255;

  // Refuses what is empty or longer than kMaxBytes, holds anything but letters, digits, - _ . * ?, or has no letter and
  // no digit (it would claim every name).
  static Result<NamePattern> parse(std::string_view text);

  bool matches(std::string_view name) const;  // never an empty name; at most name x pattern steps
  // How much the pattern says: of two that match, the one with more letters counts.
  std::size_t literals() const { return literals_; }
  const std::string& str() const { return text_; }  // in lower case
  bool operator==(const NamePattern&) const = default;

 private:
  std::string text_;
  std::size_t literals_ = 0;
};

}  // namespace waybill::tracker
