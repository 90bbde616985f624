#include "common/protocol/json_reader_detail.h"
#include "common/protocol/limits.h"
#include "common/protocol/utf8.h"

namespace waybill::protocol {

namespace {

std::string quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

// Brackets are counted before the text is parsed: a parser's memory grows with depth.
bool nested_too_deeply(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::optional<std::int64_t> integer_of(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<std::int64_t>();
}

}  // namespace

Result<Json> parse_json_object(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) return refuse("it is longer than " + std::to_string(max_bytes) + " bytes");
  if (nested_too_deeply(text)) return refuse("it is nested too deeply");
  auto value = Json::parse(text, nullptr, false);  // false: no exceptions, a discarded value instead
  if (value.is_discarded()) return refuse("it is not JSON");
  if (!value.is_object()) return refuse("it is not a JSON object");
  return value;
}

JsonReader::JsonReader(const Json& value, std::string what) : value_(value), what_(std::move(what)) {
  if (!value.is_object()) fault("an object is expected where there is none");
}

const Json* JsonReader::find(std::string_view key) const {
  const auto found = value_.find(key);
  return found == value_.end() ? nullptr : &*found;
}

bool JsonReader::has(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && !value->is_null();
}

std::int64_t JsonReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const auto* value = find(key);
  const auto number = value == nullptr ? std::nullopt : integer_of(*value);
  if (!number) {
    fault(quoted(key) + " is not there as an integer of 64 bits");
    return min;
  }
  if (*number < min || *number > max) {
    fault(quoted(key) + " is " + std::to_string(*number) + ", outside " + std::to_string(min) + " to " +
          std::to_string(max));
    return min;
  }
  return *number;
}

bool JsonReader::boolean(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr || !value->is_boolean()) {
    fault(quoted(key) + " is not there as true or false");
    return false;
  }
  return value->get<bool>();
}

std::string JsonReader::text(std::string_view key, std::size_t max_bytes) {
  const auto* value = find(key);
  if (value == nullptr || !value->is_string()) {
    fault(quoted(key) + " is not there as a string");
    return {};
  }
  const auto& found = value->get_ref<const std::string&>();
  if (found.size() > max_bytes) {
    fault(quoted(key) + " is longer than " + std::to_string(max_bytes) + " bytes");
    return {};
  }
  if (!is_printable_utf8(found)) {
    fault(quoted(key) + " is not printable UTF-8");
    return {};
  }
  return found;
}

ByteString JsonReader::hex(std::string_view key, std::size_t max_bytes) {
  return accept(from_hex(text(key, max_bytes * 2)));
}

const Json& JsonReader::list(std::string_view key, std::size_t max_items) {
  static const Json kNoItems = Json::array();
  const auto* value = find(key);
  if (value == nullptr || !value->is_array()) {
    fault(quoted(key) + " is not there as a list");
    return kNoItems;
  }
  if (value->size() > max_items) {
    fault(quoted(key) + " has more than " + std::to_string(max_items) + " items");
    return kNoItems;
  }
  return *value;
}

void JsonReader::fault(std::string message) {
  if (fault_.empty()) fault_ = std::move(message);
}

Status JsonReader::finish() const {
  if (!fault_.empty()) return refuse(what_ + " is malformed: " + fault_);
  return {};
}

}  // namespace waybill::protocol
