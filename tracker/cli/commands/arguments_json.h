#pragma once
// Reads a command's arguments, remembering the first fault: what is missing, unknown or cannot be read is wrong usage
// (exit status 2). What can be read but is refused by what the tracker knows is exit status 1. For the .cpp files of
// this folder.
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/types/result.h"

namespace waybill::tracker {

class Arguments {
 public:
  explicit Arguments(const nlohmann::json& values);  // an object of strings, lists of strings and booleans

  std::optional<std::string> text(const std::string& key);
  std::string required(const std::string& key);
  std::string positional(const std::string& key);  // needed, and written without a flag: faults call it by its place
  std::vector<std::string> list(const std::string& key);
  bool flag(const std::string& key);
  std::optional<std::int64_t> integer(const std::string& key, std::int64_t min, std::int64_t max);

  // The value of `key` read by `read` (text -> Result<T>), where it is given.
  template <typename Read>
  auto read_as(const std::string& key, Read read) -> std::optional<typename decltype(read(std::string()))::value_type> {
    const auto value = text(key);
    if (!value) return std::nullopt;
    auto result = read(*value);
    if (!result) {
      fault(key, result.error().message);
      return std::nullopt;
    }
    return std::move(*result);
  }

  void fault(const std::string& key, const std::string& why);
  // After all arguments were asked for: refuses the first fault, or an argument that was not asked for.
  Status finish();
  bool at_fault() const { return fault_.has_value(); }

 private:
  const nlohmann::json* find(const std::string& key);
  const nlohmann::json& values_;
  std::set<std::string> asked_;
  std::set<std::string> positional_;
  std::optional<std::string> fault_;
};

}  // namespace waybill::tracker
