// What network components carried in time.
#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_question_json.h"
#include "tracker/cli/commands/report_rows_json.h"
#include "tracker/reports/rate_samples.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

Result<DurationMs> parse_grain(const std::string& text) {
  if (text == "5min") return kFiveMinuteGrain;
  if (text == "15min") return minutes(15);
  if (text == "hour") return minutes(60);
  return refuse(fmt::format("'{}' is not a grain (5min, 15min or hour)", text));
}

}  // namespace

Result<Answer> report_series(AdministrationContext& context, Arguments& arguments) {
  const auto read = ComponentQuestion::read(arguments, "inter-isp-link");
  const auto grain = arguments.read_as("grain", parse_grain).value_or(kFiveMinuteGrain);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read.filters, false);
  if (!filters) return pass_on(filters);
  const auto buckets = read_series(context, read, *filters, grain);
  if (!buckets) return tl::make_unexpected(buckets.error());
  Answer answer;
  add_question(answer, "Acknowledged bytes in time, silent spans left out", filters->words, filters->facts);
  auto& list = answer.result["rows"] = json::array();
  for (const auto& bucket : *buckets) {
    auto row = counters_json(bucket.counters);
    row["component"] = bucket.key;
    row["start"] = format_time(bucket.start);
    row["bits_per_second"] = bits_per_second(bucket.counters.acked.value, grain);
    list.push_back(std::move(row));
  }
  answer.result["grain_seconds"] = grain.value / 1000;
  answer.add_sheet("rows", {{"component", "COMPONENT"},
                            {"start", "START"},
                            {"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"},
                            {"bits_per_second", "BIT/S", "number"},
                            {"receipts", "RECEIPTS", "number"}});
  return answer;
}

}  // namespace waybill::tracker
