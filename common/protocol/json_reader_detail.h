#pragma once
// Reads the fields of one JSON object as FieldReader reads those of a dictionary: the first fault is remembered,
// unknown fields are ignored. For the .cpp files of this folder.
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/types/byte_string.h"

namespace waybill::protocol {

using Json = nlohmann::json;

// Refuses text over max_bytes, nested deeper than kMaxJsonDepth, or that is no JSON object.
Result<Json> parse_json_object(std::string_view text, std::size_t max_bytes);

class JsonReader {
 public:
  JsonReader(const Json& value, std::string what);  // `what` names the message in refusals

  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  int small_integer(std::string_view key, int min, int max) { return static_cast<int>(integer(key, min, max)); }
  bool boolean(std::string_view key);
  std::string text(std::string_view key, std::size_t max_bytes);  // printable UTF-8, see utf8.h
  ByteString hex(std::string_view key, std::size_t max_bytes);    // max_bytes after decoding
  bool has(std::string_view key) const;

  template <typename Id>
  Id id(std::string_view key) {
    return accept(Id::from_hex(text(key, Id::kSize * 2)));
  }
  // What Parsed::parse makes of a text field.
  template <typename Parsed>
  Parsed parsed(std::string_view key, std::size_t max_bytes) {
    return accept(Parsed::parse(text(key, max_bytes)));
  }
  template <typename T>
  T accept(Result<T> result) {
    if (!result) {
      fault(result.error().message);
      return {};
    }
    return *std::move(result);
  }
  // `read(reader)` makes a T of each item, which must be an object.
  template <typename T>
  std::vector<T> objects(std::string_view key, std::size_t max_items, T (*read)(JsonReader&)) {
    std::vector<T> items;
    for (const auto& item : list(key, max_items)) {
      JsonReader reader(item, what_);
      items.push_back(read(reader));
      absorb(reader);
    }
    return items;
  }
  template <typename Id>
  std::vector<Id> ids(std::string_view key, std::size_t max_items) {
    std::vector<Id> items;
    for (const auto& item : list(key, max_items)) {
      items.push_back(accept(Id::from_hex(item.is_string() ? item.get_ref<const std::string&>() : std::string())));
    }
    return items;
  }
  template <typename T>
  T object(std::string_view key, T (*read)(JsonReader&)) {
    static const Json kNothing;
    const auto* value = find(key);
    JsonReader reader(value == nullptr ? kNothing : *value, what_);
    T result = read(reader);
    absorb(reader);
    return result;
  }

  void fault(std::string message);
  Status finish() const;

 private:
  const Json* find(std::string_view key) const;
  const Json& list(std::string_view key, std::size_t max_items);
  void absorb(const JsonReader& inner) {
    if (!inner.fault_.empty()) fault(inner.fault_);
  }

  const Json& value_;
  std::string what_;
  std::string fault_;
};

}  // namespace waybill::protocol
