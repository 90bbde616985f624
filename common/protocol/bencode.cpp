#include "common/protocol/bencode.h"

#include <charconv>

#include "common/protocol/limits.h"

namespace waybill::protocol {

namespace {

void append_string(ByteString& out, ByteView bytes) {
  out.append(std::to_string(bytes.size())).push_back(':');
  out.append(bytes);
}

void append_value(ByteString& out, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out.append("i").append(std::to_string(*number)).push_back('e');
  } else if (const auto* bytes = std::get_if<ByteString>(&value)) {
    append_string(out, *bytes);
  } else if (const auto* list = std::get_if<List>(&value)) {
    out.push_back('l');
    for (const auto& item : *list) append_value(out, item);
    out.push_back('e');
  } else {
    out.push_back('d');
    for (const auto& [key, item] : std::get<Dictionary>(value)) {
      append_string(out, key);
      append_value(out, item);
    }
    out.push_back('e');
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Recursion is bounded by kMaxBencodeDepth. Each step returns false at the first fault, which `fault()` then names.
class Parser {
 public:
  explicit Parser(ByteView bytes) : rest_(bytes) {}

  bool value(Value& out, int depth);
  bool at_end() const { return rest_.empty(); }
  const char* fault() const { return fault_; }

 private:
  bool stop(const char* fault) {
    fault_ = fault;
    return false;
  }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool count_item() { return ++items_ <= kMaxBencodeItems || stop("has too many values"); }
  bool integer(std::int64_t& out);
  bool string(ByteView& out);
  bool list(List& out, int depth);
  bool dictionary(Dictionary& out, int depth);

  ByteView rest_;
  std::size_t items_ = 0;
  const char* fault_ = "";
};

bool Parser::integer(std::int64_t& out) {
  rest_.remove_prefix(1);
  const auto end = rest_.find('e');
  if (end == ByteView::npos) return stop("ends inside an integer");
  const auto text = rest_.substr(0, end);
  const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || !is_digit(digits.front())) return stop("has an integer without digits");
  if (digits.front() == '0' && text.size() > 1) return stop("has an integer with leading zeros or -0");
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::result_out_of_range) return stop("has an integer beyond 64 bits");
  if (error != std::errc{} || stopped != text.data() + text.size()) return stop("has an integer that is none");
  rest_.remove_prefix(end + 1);
  return true;
}

bool Parser::string(ByteView& out) {
  std::size_t length = 0;
  const auto [stopped, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
  if (error != std::errc{}) return stop("has a string without a readable length");
  const auto digits = static_cast<std::size_t>(stopped - rest_.data());
  if (rest_.front() == '0' && digits > 1) return stop("has a string length with leading zeros");
  rest_.remove_prefix(digits);
  if (!next_is(':')) return stop("has a string without a colon after its length");
  rest_.remove_prefix(1);
  if (length > rest_.size()) return stop("ends inside a string");
  out = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

bool Parser::list(List& out, int depth) {
  rest_.remove_prefix(1);
  while (!next_is('e')) {
    if (!value(out.emplace_back(), depth)) return false;
  }
  rest_.remove_prefix(1);
  return true;
}

bool Parser::dictionary(Dictionary& out, int depth) {
  rest_.remove_prefix(1);
  while (!next_is('e')) {
    if (rest_.empty()) return stop("ends inside a dictionary");
    if (!is_digit(rest_.front())) return stop("has a dictionary key that is no string");
    ByteView key;
    if (!count_item() || !string(key)) return false;
    if (!out.empty() && key <= out.rbegin()->first) return stop("has dictionary keys out of order or twice");
    const auto entry = out.emplace_hint(out.end(), ByteString(key), Value());
    if (!value(entry->second, depth)) return false;
  }
  rest_.remove_prefix(1);
  return true;
}

bool Parser::value(Value& out, int depth) {
  if (rest_.empty()) return stop("ends too early");
  if (!count_item()) return false;
  const char first = rest_.front();
  if (first == 'i') return integer(out.emplace<std::int64_t>());
  if (is_digit(first)) {
    ByteView bytes;
    if (!string(bytes)) return false;
    out.emplace<ByteString>(bytes);
    return true;
  }
  if (first != 'l' && first != 'd') return stop("has a value of unknown type");
  if (depth >= kMaxBencodeDepth) return stop("is nested too deeply");
  if (first == 'l') return list(out.emplace<List>(), depth + 1);
  return dictionary(out.emplace<Dictionary>(), depth + 1);
}

}  // namespace

ByteString encode(const Value& value) {
  ByteString out;
  append_value(out, value);
  return out;
}

Result<Value> decode(ByteView bytes, std::size_t max_bytes) {
  if (bytes.size() > max_bytes) {
    return refuse("the bencoding has " + std::to_string(bytes.size()) + " bytes, more than the " +
                  std::to_string(max_bytes) + " that are allowed");
  }
  Parser parser(bytes);
  Value value;
  if (!parser.value(value, 0)) return refuse(std::string("the bencoding ") + parser.fault());
  if (!parser.at_end()) return refuse("the bencoding has bytes after its end");
  return value;
}

}  // namespace waybill::protocol
