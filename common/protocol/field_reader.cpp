#include "common/protocol/bencode.h"
#include "common/protocol/utf8.h"

namespace waybill::protocol {

namespace {

std::string quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

const Dictionary kNoFields;
const List kNoItems;

}  // namespace

FieldReader::FieldReader(const Value& value, std::string what)
    : fields_(std::get_if<Dictionary>(&value)), what_(std::move(what)) {
  if (fields_ == nullptr) {
    fields_ = &kNoFields;
    fault("it is not a dictionary");
  }
}

const Value* FieldReader::optional(std::string_view key) const {
  const auto found = fields_->find(key);
  return found == fields_->end() ? nullptr : &found->second;
}

std::int64_t FieldReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const auto* value = optional(key);
  const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  if (number == nullptr) {
    fault(quoted(key) + " is not there as an integer");
    return min;
  }
  if (*number < min || *number > max) {
    fault(quoted(key) + " is " + std::to_string(*number) + ", outside " + std::to_string(min) + " to " +
          std::to_string(max));
    return min;
  }
  return *number;
}

ByteString FieldReader::bytes(std::string_view key, std::size_t max_length) {
  const auto* value = optional(key);
  const auto* found = value == nullptr ? nullptr : std::get_if<ByteString>(value);
  if (found == nullptr) {
    fault(quoted(key) + " is not there as a string");
    return {};
  }
  if (found->size() > max_length) {
    fault(quoted(key) + " is longer than " + std::to_string(max_length) + " bytes");
    return {};
  }
  return *found;
}

std::string FieldReader::text(std::string_view key, std::size_t max_length) {
  auto found = bytes(key, max_length);
  if (!is_printable_utf8(found)) {
    fault(quoted(key) + " is not printable UTF-8");
    return {};
  }
  return found;
}

const List& FieldReader::list(std::string_view key, std::size_t max_items) {
  const auto* value = optional(key);
  const auto* found = value == nullptr ? nullptr : std::get_if<List>(value);
  if (found == nullptr) {
    fault(quoted(key) + " is not there as a list");
    return kNoItems;
  }
  if (found->size() > max_items) {
    fault(quoted(key) + " has more than " + std::to_string(max_items) + " items");
    return kNoItems;
  }
  return *found;
}

void FieldReader::fault(std::string message) {
  if (fault_.empty()) fault_ = std::move(message);
}

Status FieldReader::finish() const {
  if (!fault_.empty()) return refuse(what_ + " is malformed: " + fault_);
  return {};
}

}  // namespace waybill::protocol
