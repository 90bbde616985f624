#include <fmt/format.h>

#include "tracker/agreements/document_reader_json.h"
#include "tracker/reports/day_hours.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

const json& empty_array() {
  static const json kEmpty = json::array();
  return kEmpty;
}

}  // namespace

Result<json> parse_document(std::string_view text, std::size_t most) {
  if (text.size() > most) return refuse(fmt::format("longer than {} bytes", most));
  std::optional<std::string> fault;
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      fault = fmt::format("'{}' stands twice", value.get<std::string>());
    }
    if (depth > kMaxDepth) fault = fmt::format("nested deeper than {} levels", kMaxDepth);
    return true;
  };
  try {
    auto value = json::parse(text, watch);
    if (fault) return refuse(*fault);
    if (!value.is_object()) return refuse("not a JSON object");
    return value;
  } catch (const json::exception& error) {
    return refuse(fmt::format("not JSON: {}", error.what()));
  }
}

DocumentReader::DocumentReader(const json& object, std::string path, std::optional<std::string>& fault)
    : object_(object), path_(std::move(path)), fault_(fault) {
  if (!object_.is_object()) {
    blame("", "an object is needed here");
    object_ = json::object();
  }
}

void DocumentReader::blame(const std::string& key, const std::string& why) {
  if (!fault_) fault_ = fmt::format("{}{}: {}", path_, key, why);
}

const json* DocumentReader::field(const char* key, bool needed) {
  read_.insert(key);
  const auto found = object_.find(key);
  if (found != object_.end() && !found->is_null()) return &*found;
  if (needed) blame(key, "it is missing");
  return nullptr;
}

std::string DocumentReader::text(const char* key) {
  const auto* value = field(key, true);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  blame(key, "a text is needed");
  return {};
}

std::int64_t DocumentReader::integer(const char* key, std::int64_t least, std::int64_t most) {
  const auto* value = field(key, true);
  if (value == nullptr) return least;
  // An unsigned number beyond 63 bits would turn negative.
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (fits && value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most) {
    return value->get<std::int64_t>();
  }
  blame(key, fmt::format("a whole number from {} to {} is needed", least, most));
  return least;
}

std::int64_t DocumentReader::integer_or(const char* key, std::int64_t otherwise, std::int64_t least,
                                        std::int64_t most) {
  return field(key, false) == nullptr ? otherwise : integer(key, least, most);
}

Currency DocumentReader::currency(const char* key) {
  const auto parsed = Currency::parse(text(key));
  if (parsed) return *parsed;
  blame(key, parsed.error().message);
  return {};
}

Money DocumentReader::money(const char* key, Currency currency) {
  const auto parsed = parse_money(text(key), currency);
  if (parsed) return *parsed;
  blame(key, parsed.error().message);
  return {0, currency};
}

std::optional<Money> DocumentReader::optional_money(const char* key, Currency currency) {
  if (field(key, false) == nullptr) return std::nullopt;
  return money(key, currency);
}

TimeMs DocumentReader::time(const char* key) {
  const auto word = text(key);
  // Whole seconds are parsed, "2026-11-01T00:00:00.250Z" by its milliseconds apart.
  auto whole = word;
  std::int64_t thousandths = 0;
  if (word.size() == 24 && word[19] == '.') {
    whole.erase(19, 4);
    for (const char digit : word.substr(20, 3)) thousandths = thousandths * 10 + (digit - '0');
  }
  const auto parsed = parse_time(whole, {0}, "UTC");
  // Relative and local times would mean something else tomorrow or elsewhere: only what is printed so is a time here.
  if (parsed && format_time(*parsed + DurationMs{thousandths}) == word) return *parsed + DurationMs{thousandths};
  blame(key, "'" + word + "' is not a time in UTC like 2026-11-01T00:00:00Z");
  return {};
}

std::optional<TimeMs> DocumentReader::optional_time(const char* key) {
  if (field(key, false) == nullptr) return std::nullopt;
  return time(key);
}

std::set<std::string> DocumentReader::names(const char* key) {
  std::set<std::string> result;
  for (const auto& value : array(key, 10'000)) {
    if (!value.is_string()) {
      blame(key, "texts are needed");
    } else if (!result.insert(value.get<std::string>()).second) {
      blame(key, "'" + value.get<std::string>() + "' stands twice");
    }
  }
  return result;
}

WeekHours DocumentReader::week_hours(const char* key) {
  WeekHours result;
  if (field(key, false) == nullptr) return result;
  each(key, kMaxHourSpans, [&](DocumentReader& item) {
    HourSpan span;
    const auto hours = parse_day_hours(item.text("hours"));
    if (!hours) {
      item.blame("hours", hours.error().message);
      return;
    }
    span.from_minute = hours->from_minute;
    span.to_minute = hours->to_minute;
    if (item.field("days", false) != nullptr) {
      span.weekdays = 0;
      for (const auto& day : item.names("days")) {
        int bit = 0;
        while (bit < 7 && day != weekday_name(bit)) ++bit;
        if (bit == 7) item.blame("days", "'" + day + "' is none of mon, tue, wed, thu, fri, sat, sun");
        span.weekdays = static_cast<std::uint8_t>(span.weekdays | 1 << bit);
      }
    }
    result.spans.push_back(span);
  });
  return result;
}

DocumentReader DocumentReader::object(const char* key) {
  static const json kNone = json::object();
  const auto* value = field(key, true);
  return {value == nullptr ? kNone : *value, path_ + key + ".", fault_};
}

const json& DocumentReader::array(const char* key, std::size_t most) {
  const auto* value = field(key, true);
  if (value == nullptr) return empty_array();
  if (!value->is_array()) {
    blame(key, "a list is needed");
    return empty_array();
  }
  if (value->size() > most) {
    blame(key, fmt::format("more than {} entries", most));
    return empty_array();
  }
  return *value;
}

void DocumentReader::finish() {
  for (const auto& [key, value] : object_.items()) {
    if (!read_.contains(key)) blame(key, "this term is not known");
  }
}

json week_hours_json(const WeekHours& hours) {
  json list = json::array();
  for (const auto& span : hours.spans) {
    json item = {{"hours", minute_text(span.from_minute) + "-" + minute_text(span.to_minute)}};
    if (span.weekdays != kEveryDay) {
      for (int day = 0; day < 7; ++day) {
        if ((span.weekdays >> day & 1) != 0) item["days"].push_back(weekday_name(day));
      }
    }
    list.push_back(std::move(item));
  }
  return list;
}

std::string document_dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace waybill::tracker
