#include "tracker/paths/name_pattern.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

// DNS knows ASCII letters only, and no locale.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_allowed(char c) { return is_word(c) || std::string_view("-_.*?").find(c) != std::string_view::npos; }

}  // namespace

Result<NamePattern> NamePattern::parse(std::string_view text) {
  if (text.empty()) return refuse("a name pattern cannot be empty");
  if (text.size() > kMaxBytes) return refuse(fmt::format("a name pattern has at most {} characters", kMaxBytes));
  NamePattern pattern;
  for (const char typed : text) {
    const char c = lower(typed);
    if (!is_allowed(c)) {
      return refuse(
          fmt::format("'{}' is no name pattern: letters, digits, - _ . and the wildcards * ? make one", text));
    }
    if (is_word(c)) ++pattern.literals_;
    // Two stars say no more than one.
    if (c != '*' || pattern.text_.empty() || pattern.text_.back() != '*') pattern.text_ += c;
  }
  if (pattern.literals_ == 0) {
    return refuse(fmt::format("the name pattern '{}' would claim every name: say some of its letters", text));
  }
  if (pattern.text_.back() == '.') pattern.text_.pop_back();
  return pattern;
}

// Goes back to the last star only: what an earlier one took may stay as it is.
bool NamePattern::matches(std::string_view name) const {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty()) return false;
  constexpr auto kNone = std::string_view::npos;
  std::size_t at = 0, in_pattern = 0, star = kNone, resume = 0;
  while (at < name.size()) {
    if (in_pattern < text_.size() && text_[in_pattern] == '*') {
      star = in_pattern++;
      resume = at;
    } else if (in_pattern < text_.size() && (text_[in_pattern] == '?' || text_[in_pattern] == lower(name[at]))) {
      ++in_pattern;
      ++at;
    } else if (star != kNone) {
      in_pattern = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in_pattern < text_.size() && text_[in_pattern] == '*') ++in_pattern;
  return in_pattern == text_.size();
}

}  // namespace waybill::tracker
