// What network components carried: the links with the most, 5-minute series, percentiles and peaks.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/report_rows_json.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/rate_samples.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr DurationMs kFiveMinuteGrain = minutes(5);
constexpr std::int64_t kMaxSeriesRows = 1'000'000;

// Several kinds where none is named: those whose capacity people pay for.
Result<std::vector<ComponentKind>> parse_kinds(const std::string& text) {
  if (text == "links") return std::vector{ComponentKind::link, ComponentKind::inter_isp_link};
  for (const auto kind : component_kinds()) {
    if (text == to_string(kind)) return std::vector{kind};
  }
  std::string known = "links";
  for (const auto kind : component_kinds()) known += fmt::format(", {}", to_string(kind));
  return refuse(fmt::format("'{}' is not a kind of component (one of {})", text, known));
}

struct ComponentsArguments {
  ReportArguments filters;
  std::optional<std::string> component;
  std::vector<ComponentKind> kinds;
};

ComponentsArguments read_components(Arguments& arguments, const char* default_kind) {
  ComponentsArguments read;
  read.filters = ReportArguments::read(arguments);
  read.component = arguments.text("component");
  const auto kinds = arguments.read_as("kind", parse_kinds);
  if (read.component && kinds) arguments.fault("kind", "excludes --component");
  if (kinds) {
    read.kinds = *kinds;
  } else {
    read.kinds = *parse_kinds(default_kind);
  }
  const auto& f = read.filters;
  if (f.from || f.to || f.delivered_to || f.client || f.between) {
    arguments.fault("from", "components are asked about by --owner, --class, --content and time");
  }
  return read;
}

// One query for each key that a component's name may stand for, or for each kind.
std::vector<ComponentQuery> queries_of(const ComponentsArguments& read, const ReportFilters& filters) {
  ComponentQuery query;
  query.owner = filters.owner;
  query.content_class = filters.content_class;
  query.content = filters.content;
  query.since = filters.since;
  query.until = filters.until;
  std::vector<ComponentQuery> queries;
  if (read.component) {
    for (auto& key : component_keys(*read.component)) {
      query.key = std::move(key);
      queries.push_back(query);
    }
    return queries;
  }
  for (const auto kind : read.kinds) {
    query.kind = kind;
    queries.push_back(query);
  }
  return queries;
}

Result<std::vector<ComponentBucket>> read_series(AdministrationContext& context, const ComponentsArguments& read,
                                                 const ReportFilters& filters, DurationMs grain) {
  if (auto ok = check_component(context, read.component); !ok) return pass_on(ok);
  std::vector<ComponentBucket> all;
  for (const auto& query : queries_of(read, filters)) {
    auto buckets = context.store.accounts().component_series(query, grain, kMaxSeriesRows + 1);
    if (!buckets) return pass_on(buckets);
    all.insert(all.end(), std::make_move_iterator(buckets->begin()), std::make_move_iterator(buckets->end()));
    if (static_cast<std::int64_t>(all.size()) > kMaxSeriesRows) {
      return refuse(
          fmt::format("more than {} rows answer this: narrow it with --since, --until or --component", kMaxSeriesRows));
    }
  }
  return all;
}

Result<DurationMs> parse_grain(const std::string& text) {
  if (text == "5min") return kFiveMinuteGrain;
  if (text == "15min") return minutes(15);
  if (text == "hour") return minutes(60);
  return refuse(fmt::format("'{}' is not a grain (5min, 15min or hour)", text));
}

enum class RateOrder { percentile, peak, bytes, name };
Result<RateOrder> parse_rate_order(const std::string& text) {
  if (text == "percentile") return RateOrder::percentile;
  if (text == "peak") return RateOrder::peak;
  if (text == "bytes") return RateOrder::bytes;
  if (text == "name") return RateOrder::name;
  return refuse(fmt::format("'{}' is not an order (one of percentile, peak, bytes, name)", text));
}

struct ComponentRate {
  std::string key;
  RateFigures figures;
};

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

void order_rates(std::vector<ComponentRate>& rates, RateOrder order) {
  std::sort(rates.begin(), rates.end(), [order](const auto& a, const auto& b) {
    const auto& x = a.figures;
    const auto& y = b.figures;
    if (order == RateOrder::percentile && x.percentile != y.percentile) return x.percentile > y.percentile;
    if (order == RateOrder::peak && x.peak != y.peak) return x.peak > y.peak;
    if (order == RateOrder::bytes && x.total != y.total) return x.total > y.total;
    return a.key < b.key;
  });
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

Result<Answer> report_components(AdministrationContext& context, Arguments& arguments) {
  const auto read = read_components(arguments, "links");
  const auto choice = RowChoice::read(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read.filters, false);
  if (!filters) return pass_on(filters);
  if (auto ok = check_component(context, read.component); !ok) return pass_on(ok);
  std::vector<ReportRow> rows;
  for (const auto& query : queries_of(read, *filters)) {
    const auto sums = context.store.accounts().component_sums(query);
    if (!sums) return tl::make_unexpected(sums.error());
    for (const auto& sum : *sums) rows.push_back({{sum.key}, sum.counters});
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.cells < b.cells; });
  Answer answer;
  add_question(answer, "Bytes carried by network components", filters->words, filters->facts);
  answer.notes.push_back("One transfer is counted at each component of its path: rows do not add up.");
  const auto ordered = order_rows(std::move(rows), choice.order, choice.limit);
  auto& list = answer.result["rows"] = json::array();
  for (const auto& row : ordered.rows) {
    list.push_back(counters_json(row.counters));
    list.back()["component"] = row.cells.front();
  }
  if (ordered.left_out_rows > 0) {
    answer.result["left_out"] = {{"rows", ordered.left_out_rows}};
    answer.notes.push_back(fmt::format("{} further components are left out by --limit", ordered.left_out_rows));
  }
  answer.add_sheet("rows", {{"component", "COMPONENT"},
                            {"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"},
                            {"unacknowledged_bytes", "UNACKNOWLEDGED BYTES", "number"},
                            {"receipts", "RECEIPTS", "number"}});
  return answer;
}

Result<Answer> report_series(AdministrationContext& context, Arguments& arguments) {
  const auto read = read_components(arguments, "inter-isp-link");
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

Result<Answer> report_percentile(AdministrationContext& context, Arguments& arguments) {
  const auto read = read_components(arguments, "inter-isp-link");
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
