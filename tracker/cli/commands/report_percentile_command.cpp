// By which rates links are measured and paid for: the percentile, the peak and the average.
#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_question_json.h"
#include "tracker/cli/commands/report_rows_json.h"
#include "tracker/reports/rate_order.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::vector<ComponentRate> rates_of(const std::vector<ComponentBucket>& buckets, std::int64_t spans, int percent) {
  std::vector<ComponentRate> rates;
  std::vector<RateSample> samples;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    samples.push_back({buckets[i].start, buckets[i].counters.acked.value});
    if (i + 1 < buckets.size() && buckets[i + 1].key == buckets[i].key) continue;
    rates.push_back({buckets[i].key, rate_figures(samples, spans, percent)});
    samples.clear();
  }
  return rates;
}

json rate_json(const ComponentRate& rate) {
  const auto& figures = rate.figures;
  const auto per_second = [](std::int64_t bytes) { return bits_per_second(bytes, kFiveMinuteGrain); };
  const auto whole = DurationMs{kFiveMinuteGrain.value * figures.spans};
  return {{"component", rate.key},
          {"acknowledged_bytes", figures.total},
          {"percentile_bits_per_second", per_second(figures.percentile)},
          {"percentile", megabits(per_second(figures.percentile))},
          {"peak_bits_per_second", per_second(figures.peak)},
          {"peak", megabits(per_second(figures.peak))},
          {"peak_start", figures.peak > 0 ? json(format_time(figures.peak_start)) : json(nullptr)},
          {"average_bits_per_second", bits_per_second(figures.total, whole)},
          {"average", megabits(bits_per_second(figures.total, whole))}};
}

}  // namespace

Result<Answer> report_percentile(AdministrationContext& context, Arguments& arguments) {
  const auto read = ComponentQuestion::read(arguments, "inter-isp-link");
  const auto percent = arguments.integer("percent", 1, 100).value_or(95);
  const auto order = arguments.read_as("order", parse_rate_order).value_or(RateOrder::percentile);
  const auto limit = arguments.integer("limit", 1, kMaxRowLimit);
  if (!read.filters.since && !read.filters.period) {
    arguments.fault("period", "is needed, or --since: a percentile counts the silent spans of its window too");
  }
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read.filters, true);  // edges on quarters are edges of five minutes too
  if (!filters) return pass_on(filters);
  if (!filters->until) filters->until = quarter_of(context.clock.now()).start();
  const auto spans = (filters->until->value - filters->since->value) / kFiveMinuteGrain.value;
  if (spans <= 0) return refuse("the window holds no five minutes yet: begin it earlier");
  const auto buckets = read_series(context, read, *filters, kFiveMinuteGrain);
  if (!buckets) return tl::make_unexpected(buckets.error());
  auto rates = rates_of(*buckets, spans, static_cast<int>(percent));
  order_rates(rates, order);
  Answer answer;
  add_question(answer, fmt::format("{}th percentile of {} spans of 5 minutes, silent ones included", percent, spans),
               filters->words, filters->facts);
  answer.result["percent"] = percent;
  answer.result["spans"] = spans;
  if (limit && rates.size() > static_cast<std::size_t>(*limit)) {
    answer.notes.push_back(
        fmt::format("{} further components are left out by --limit", rates.size() - static_cast<std::size_t>(*limit)));
    rates.resize(static_cast<std::size_t>(*limit));
  }
  auto& list = answer.result["rows"] = json::array();
  for (const auto& rate : rates) list.push_back(rate_json(rate));
  answer.add_sheet("rows", {{"component", "COMPONENT"},
                            {"percentile", "PERCENTILE"},
                            {"peak", "PEAK"},
                            {"peak_start", "PEAK AT"},
                            {"average", "AVERAGE"},
                            {"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"}});
  return answer;
}

}  // namespace waybill::tracker
