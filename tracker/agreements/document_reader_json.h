#pragma once
// Reads one JSON object field by field; the first fault is kept with its place ("tariff.tiers[1].on_net: ...") and what
// is read after it has default values. For the .cpp files of this folder, of tracker/ledger and of tracker/settlement.
#include <optional>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "common/types/money.h"
#include "common/types/units.h"
#include "tracker/agreements/week_hours.h"

namespace waybill::tracker {

// Longer documents are refused before they are parsed.
inline constexpr std::size_t kMaxDocumentBytes = 2'000'000;
// Bytes, rates: within it, sums of a year stay within 63 bits.
inline constexpr std::int64_t kMaxDocumentInteger = 1'000'000'000'000'000'000;

// Refuses what is not one JSON object, names a key twice, or has more bytes than `most`.
Result<nlohmann::json> parse_document(std::string_view text, std::size_t most = kMaxDocumentBytes);

class DocumentReader {
 public:
  // `fault` is shared by the readers of one document and outlives them.
  DocumentReader(const nlohmann::json& object, std::string path, std::optional<std::string>& fault);

  bool has(const char* key) const { return object_.contains(key); }
  std::string text(const char* key);
  std::int64_t integer(const char* key, std::int64_t least, std::int64_t most);
  std::int64_t integer_or(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
  Currency currency(const char* key);
  Money money(const char* key, Currency currency);
  std::optional<Money> optional_money(const char* key, Currency currency);
  TimeMs time(const char* key);
  std::optional<TimeMs> optional_time(const char* key);
  WeekHours week_hours(const char* key);  // empty where absent
  std::set<std::string> names(const char* key);
  template <typename Enum>
  Enum choice(const char* key, std::initializer_list<std::pair<const char*, Enum>> names) {
    const auto word = text(key);
    std::string known;
    for (const auto& [name, value] : names) {
      if (word == name) return value;
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
    blame(key, "'" + word + "' is none of " + known);
    return names.begin()->second;
  }

  // A nested object, or an empty one where it is missing and the fault is kept. Elements of an array by `each`.
  DocumentReader object(const char* key);
  template <typename Read>
  void each(const char* key, std::size_t most, Read read) {
    const auto& list = array(key, most);
    for (std::size_t i = 0; i < list.size(); ++i) {
      DocumentReader item(list[i], path_ + key + "[" + std::to_string(i) + "].", fault_);
      read(item);
      item.finish();
    }
  }
  // Every key in turn, for objects whose keys are names.
  template <typename Read>
  void each_key(Read read) {
    for (const auto& [key, value] : object_.items()) read(key.c_str());
  }
  void blame(const std::string& key, const std::string& why);
  // Blames a key that nothing has read: a misspelt term must not be taken as not stated.
  void finish();

 private:
  const nlohmann::json* field(const char* key, bool needed);
  const nlohmann::json& array(const char* key, std::size_t most);

  nlohmann::json object_;  // a copy: documents are small
  std::string path_;
  std::optional<std::string>& fault_;
  std::set<std::string> read_;
};

nlohmann::json week_hours_json(const WeekHours& hours);
std::string document_dump(const nlohmann::json& value);

}  // namespace waybill::tracker
