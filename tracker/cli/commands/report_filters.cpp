#include <fmt/format.h>

#include "tracker/cli/commands/report_filters_json.h"
#include "tracker/reports/period_words.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

bool on_quarter(TimeMs time) { return time.value % kQuarter.value == 0; }

// An absolute time stands as it was written; one relative to now has no edge that anybody chose.
Result<TimeMs> read_edge(const std::string& flag, const std::string& text, TimeMs now, const std::string& timezone,
                         bool whole_quarters) {
  auto time = parse_time(text, now, timezone);
  if (!time) return pass_on(time.error(), flag);
  if (!whole_quarters || on_quarter(*time)) return *time;
  if (text == "now" || text.front() == '-') return quarter_of(*time).start();
  const auto before = quarter_of(*time).start();
  return refuse(
      fmt::format("{} {}: the accounts are kept by quarters of an hour; ask from {} or {}, or see `records` "
                  "for single transfers",
                  flag, text, format_time(before), format_time(before + kQuarter)));
}

Status resolve_isps(Registry& registry, const ReportArguments& arguments, ReportFilters& filters) {
  const auto resolve = [&](const std::optional<std::string>& name, std::optional<IspId>& id) -> Status {
    if (!name) return {};
    const auto found = isp_named(registry, *name);
    if (!found) return tl::make_unexpected(found.error());
    id = *found;
    return {};
  };
  if (auto ok = resolve(arguments.from, filters.from); !ok) return ok;
  if (auto ok = resolve(arguments.involving, filters.involving); !ok) return ok;
  return resolve(arguments.delivered_to ? arguments.delivered_to : arguments.to, filters.to);
}

// --timezone, else the --from ISP's, else UTC.
Result<std::string> choose_timezone(Registry& registry, const ReportArguments& arguments) {
  if (arguments.timezone) {
    if (auto ok = check_zone(*arguments.timezone); !ok) return pass_on(ok.error(), "--timezone");
    return *arguments.timezone;
  }
  if (arguments.from && *arguments.from != "unknown") {
    auto isp = registry.find_isp(*arguments.from);
    if (!isp) return pass_on(isp);
    return isp->timezone;
  }
  return std::string("UTC");
}

Status resolve_window(const ReportArguments& arguments, TimeMs now, bool whole_quarters, ReportFilters& filters) {
  if (arguments.period) {
    const auto window = parse_period_at(*arguments.period, now, filters.timezone);
    if (!window) return pass_on(window.error(), "--period");
    filters.since = window->from;
    filters.until = window->until;
    return {};
  }
  // A date without a time zone is UTC unless --timezone says otherwise: the --from ISP's is for hours and periods.
  const auto zone = arguments.timezone.value_or("UTC");
  if (arguments.since) {
    const auto since = read_edge("--since", *arguments.since, now, zone, whole_quarters);
    if (!since) return tl::make_unexpected(since.error());
    filters.since = *since;
  }
  if (arguments.until) {
    const auto until = read_edge("--until", *arguments.until, now, zone, whole_quarters);
    if (!until) return tl::make_unexpected(until.error());
    filters.until = *until;
  }
  if (filters.since && filters.until && *filters.until <= *filters.since) {
    return refuse(fmt::format("the window ends ({}) before it begins ({}): exchange --since and --until",
                              format_time(*filters.until), format_time(*filters.since)));
  }
  return {};
}

void describe(const ReportArguments& arguments, ReportFilters& filters) {
  std::string& words = filters.words;
  json& facts = filters.facts;
  const auto add = [&](const char* key, std::string_view before, const std::optional<std::string>& value) {
    if (!value) return;
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", before, *value);
    facts[key] = *value;
  };
  add("from", "from", arguments.from);
  add("to", "to", arguments.to);
  add("delivered_to", "delivered to", arguments.delivered_to);
  add("involving", "involving", arguments.involving);
  add("owner", "owner", filters.owner);
  add("class", "class",
      filters.content_class ? std::optional<std::string>(name_of(*filters.content_class)) : std::nullopt);
  add("content", "content", filters.content ? std::optional(filters.content->hex()) : std::nullopt);
  add("client", "client", filters.client ? std::optional(filters.client->hex()) : std::nullopt);
  if (filters.between) add("between", "between", filters.between->str() + " " + filters.timezone);
  const auto edge = [](const std::optional<TimeMs>& time) {
    return time ? std::optional(format_time(*time)) : std::nullopt;
  };
  if (arguments.period) add("period", "period", *arguments.period + " " + filters.timezone);
  add("since", "since", edge(filters.since));
  add("until", "until", edge(filters.until));
  facts["timezone"] = filters.timezone;
}

}  // namespace

ReportArguments ReportArguments::read_content_and_time(Arguments& arguments) {
  ReportArguments read;
  read.owner = arguments.text("owner");
  read.content_class = arguments.read_as("class", [](const std::string& text) { return parse_content_class(text); });
  read.content = arguments.text("content");
  read.since = arguments.text("since");
  read.until = arguments.text("until");
  read.period = arguments.text("period");
  read.timezone = arguments.text("timezone");
  if (read.period && (read.since || read.until)) arguments.fault("period", "excludes --since and --until");
  return read;
}

ReportArguments ReportArguments::read(Arguments& arguments) {
  auto read = read_content_and_time(arguments);
  read.from = arguments.text("from");
  read.to = arguments.text("to");
  read.delivered_to = arguments.text("delivered_to");
  read.client = arguments.text("client");
  read.between = arguments.read_as("between", [](const std::string& text) { return parse_day_hours(text); });
  if (read.to && read.delivered_to) arguments.fault("delivered_to", "says the same as --to: give one of them");
  const auto quarter = static_cast<int>(kQuarter.value / 60'000);
  if (read.between && (read.between->from_minute % quarter != 0 || read.between->to_minute % quarter != 0)) {
    arguments.fault("between", "the accounts are kept by quarters of an hour: use :00, :15, :30 or :45");
  }
  return read;
}

Result<ReportFilters> resolve_filters(AdministrationContext& context, const ReportArguments& arguments,
                                      bool whole_quarters) {
  auto& registry = context.store.registry();
  ReportFilters filters;
  if (auto ok = resolve_isps(registry, arguments, filters); !ok) return pass_on(ok);
  filters.owner = arguments.owner;
  filters.content_class = arguments.content_class;
  if (arguments.content) {
    if (auto id = ContentId::from_hex(*arguments.content)) {
      filters.content = *id;
    } else {
      auto content = content_named(registry, *arguments.content);
      if (!content) return pass_on(content);
      filters.content = content->id;
    }
  }
  if (arguments.client) {
    const auto key = agent_named(registry, *arguments.client);
    if (!key) return tl::make_unexpected(key.error());
    filters.client = *key;
  }
  filters.between = arguments.between;
  auto timezone = choose_timezone(registry, arguments);
  if (!timezone) return pass_on(timezone);
  filters.timezone = *timezone;
  if (auto ok = resolve_window(arguments, context.clock.now(), whole_quarters, filters); !ok) return pass_on(ok);
  describe(arguments, filters);
  if (context.check_only) {
    filters.since = TimeMs{};
    filters.until = TimeMs{} + kQuarter;
  }
  return filters;
}

}  // namespace waybill::tracker
