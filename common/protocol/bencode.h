#pragma once
// Canonical bencode (BEP 3) as a value tree. The parser is strict, so that one value has exactly one encoding: sorted
// unique keys, no leading zeros, no "-0", nothing after the end. Depth and size are bounded by the caller's limits.
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/result.h"

namespace waybill::protocol {

struct Value;
using List = std::vector<Value>;
using Dictionary = std::map<ByteString, Value, std::less<>>;

struct Value : std::variant<std::int64_t, ByteString, List, Dictionary> {
  using variant::variant;
  Value(int number) : variant(static_cast<std::int64_t>(number)) {}
  Value(const char* text) : variant(ByteString(text)) {}
  Value(std::string_view text) : variant(ByteString(text)) {}
};

ByteString encode(const Value& value);
// Refuses anything that is not canonical, deeper than kMaxBencodeDepth, or longer than max_bytes.
Result<Value> decode(ByteView bytes, std::size_t max_bytes);

// Reads a dictionary's fields, remembering the first fault; call finish() at the end. Unknown keys are ignored, so that
// later versions may add fields.
class FieldReader {
 public:
  FieldReader(const Value& value, std::string what);  // `what` names the message in refusals
  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  ByteString bytes(std::string_view key, std::size_t max_length);
  std::string text(std::string_view key, std::size_t max_length);  // printable UTF-8, see utf8.h
  const List& list(std::string_view key, std::size_t max_items);
  const Value* optional(std::string_view key) const;  // null where absent
  template <typename Id>
  Id id(std::string_view key) {
    const auto raw = bytes(key, Id::kSize);
    auto result = Id::from_bytes(raw);
    if (!result) {
      fault(result.error().message);
      return {};
    }
    return *result;
  }
  void fault(std::string message);
  Status finish() const;

 private:
  const Dictionary* fields_ = nullptr;
  std::string what_;
  std::string fault_;
};

}  // namespace waybill::protocol
