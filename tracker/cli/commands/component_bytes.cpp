#include <set>

#include <fmt/format.h>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/component_question_json.h"

namespace waybill::tracker {

namespace {

constexpr ComponentKind kKinds[] = {
    ComponentKind::isp,   ComponentKind::router,           ComponentKind::network_switch,
    ComponentKind::link,  ComponentKind::inter_isp_link,   ComponentKind::host,
    ComponentKind::place, ComponentKind::country,          ComponentKind::state,
    ComponentKind::city,  ComponentKind::autonomous_system};

// The counters do not know the ends of the paths.
bool needs_receipts(const ReportFilters& filters, bool crossing) {
  return filters.client || (!crossing && (filters.from || filters.to));
}

// Hours of day begin and end on quarters, in every time zone.
Result<Counters> from_counters(Accounts& accounts, const ComponentQuery& query, const ReportFilters& filters,
                               LocalClock& clock) {
  Counters total;
  if (!filters.between) {
    const auto sums = accounts.component_sums(query);
    if (!sums) return tl::make_unexpected(sums.error());
    for (const auto& sum : *sums) total += sum.counters;
    return total;
  }
  const auto quarters = accounts.component_series(query, kQuarter, 0);
  if (!quarters) return tl::make_unexpected(quarters.error());
  for (const auto& quarter : *quarters) {
    if (filters.between->contains(clock.minute_of_day(quarter.start))) total += quarter.counters;
  }
  return total;
}

// Their filters stand in the question already.
Result<Counters> from_receipts(Accounts& accounts, const ComponentQuery& query, const AccountQuery& question) {
  const auto rows = accounts.component_rows(query, question);
  if (!rows) return tl::make_unexpected(rows.error());
  Counters total;
  for (const auto& each : *rows) total += each.row.counters;
  return total;
}

// Of the components with names, the ISPs, and the links that there may be between two of them.
Result<std::set<std::string>> registered_keys(Registry& registry) {
  const auto components = registry.components();
  if (!components) return tl::make_unexpected(components.error());
  const auto isps = registry.isps();
  if (!isps) return tl::make_unexpected(isps.error());
  std::set<std::string> keys;
  for (const auto& component : *components) keys.insert(component.key());
  for (const auto& isp : *isps) {
    keys.insert("isp:" + isp.name);
    for (const auto& other : *isps) keys.insert("inter-isp-link:" + isp.name + ">" + other.name);
  }
  return keys;
}

}  // namespace

std::span<const ComponentKind> component_kinds() { return kKinds; }

std::vector<std::string> component_keys(const std::string& text) {
  std::vector<std::string> keys;
  for (const auto kind : kKinds) {
    const auto prefix = std::string(to_string(kind)) + ":";
    if (text.compare(0, prefix.size(), prefix) == 0) return {text};
    keys.push_back(prefix + text);
  }
  return keys;
}

Status check_component(AdministrationContext& context, const std::optional<std::string>& component) {
  if (!component) return {};
  for (auto& key : component_keys(*component)) {
    ComponentQuery query;
    query.key = std::move(key);
    const auto sums = context.store.accounts().component_sums(query);
    if (!sums) return tl::make_unexpected(sums.error());
    if (!sums->empty()) return {};
  }
  const auto registered = registered_keys(context.store.registry());
  if (!registered) return tl::make_unexpected(registered.error());
  for (const auto& key : component_keys(*component)) {
    if (registered->contains(key)) return {};
  }
  return refuse(fmt::format("no network component has the key or name '{}'; `records` and `component list` show them",
                            *component));
}

namespace {

// A component that is named may be one of several kinds: a question for each.
std::vector<ComponentQuery> questions_of(const ReportFilters& filters, const CarriedBy& by) {
  auto query = component_query(filters);
  if (by.crossing) {
    query.kind = ComponentKind::inter_isp_link;
    query.isp = filters.from;
    query.into = filters.to;
    return {query};
  }
  std::vector<ComponentQuery> queries;
  for (auto& key : component_keys(by.component.value_or(""))) {
    query.key = std::move(key);
    queries.push_back(query);
  }
  return queries;
}

}  // namespace

Result<Counters> component_bytes(AdministrationContext& context, const ReportFilters& filters, const CarriedBy& by) {
  auto clock = LocalClock::of(filters.timezone);
  if (!clock) return pass_on(clock);
  auto question = account_question(filters);
  if (!question) return pass_on(question);
  if (by.crossing) question->from = question->to = std::nullopt;
  auto& accounts = context.store.accounts();
  Counters total;
  for (const auto& query : questions_of(filters, by)) {
    const auto counted = needs_receipts(filters, by.crossing) ? from_receipts(accounts, query, *question)
                                                              : from_counters(accounts, query, filters, *clock);
    if (!counted) return counted;
    total += *counted;
  }
  return total;
}

}  // namespace waybill::tracker
