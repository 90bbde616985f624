#include "tracker/accounting/counter_audit.h"

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

// The same counter in the books and by the evidence.
struct Sides {
  Counters books;
  Counters evidence;
};
template <typename Key>
using Comparison = std::map<Key, Sides>;

template <typename Key, typename Name>
void report(const Comparison<Key>& all, const Name& name, const CounterAudit::Fault& fault) {
  for (const auto& [key, sides] : all) {
    if (sides.books == sides.evidence) continue;
    fault(fmt::format("{}: {} in the books, {} in evidence", name(key), text_of(sides.books), text_of(sides.evidence)));
  }
}

std::string name_of(Span span) {
  switch (span.grain) {
    case SpanGrain::five_minutes:
      return fmt::format("five minutes {}", span.number);
    case SpanGrain::quarter:
      return fmt::format("quarter {}", span.number);
    case SpanGrain::day:
      return fmt::format("day {}", span.number);
    case SpanGrain::month:
      return fmt::format("month {}", span.number);
    case SpanGrain::month_quarter:
      return fmt::format("quarter {} of the days of month {}", span.number % kQuartersOfDay,
                         span.number / kQuartersOfDay);
  }
  return fmt::format("grain {}", static_cast<int>(span.grain));  // as a damaged database may hold
}

// A component as one path showed it; owner "" and class 0: all traffic.
using Component = std::tuple<std::string, IspId, IspId, std::string, int>;

}  // namespace

std::string name_of(const AccountObject& object) {
  std::string name = "account " + std::to_string(static_cast<int>(object.kind)) + " isp " +
                     std::to_string(object.from.value) + ">" + std::to_string(object.to.value) + " agreement " +
                     std::to_string(object.agreement.value) + (object.cdn_node ? " cdn" : "");
  if (!object.owner.empty()) name += " owner " + object.owner;
  if (object.content) name += " content " + object.content->brief();
  if (object.client) name += " client " + object.client->brief();
  return name;
}

std::string text_of(const Counters& counters) {
  return std::to_string(counters.acked.value) + " acknowledged, " + std::to_string(counters.sent.value) + " sent, " +
         std::to_string(counters.receipts) + " receipts";
}

void CounterAudit::see_receipt(const StoredReceipt& stored, TimeMs end, const Counters& counters) {
  const auto& facts = stored.facts;
  const auto five_minutes = span_of(SpanGrain::five_minutes, end);
  paths_[{stored.path, facts.owner, facts.content_class}][five_minutes] += counters;
  if (facts.unacknowledged) see_unacknowledged(facts, end, counters.sent);
  if (facts.cdn_node) return;
  uplinks_[{facts.source_isp, five_minutes, facts.agreement, facts.on_net, facts.owner, facts.content_class}] +=
      counters;
}

void CounterAudit::see_cdn_record(const CdnRecord& record) {
  see_unacknowledged(facts_of(record), record.ended, record.sent);
}

void CounterAudit::see_unacknowledged(const OrderFacts& facts, TimeMs end, SentBytes sent) {
  unacknowledged_[{facts.source_isp, span_of(SpanGrain::five_minutes, end), facts.agreement, facts.on_net,
                   facts.cdn_node, facts.owner, facts.content_class}] += {{}, sent, 1};
}

Status CounterAudit::compare(Store& store, const std::vector<AccountChange>& accounts, const Fault& fault) const {
  if (auto status = compare_spans(store, accounts, fault); !status) return status;
  if (auto status = compare_components(store, fault); !status) return status;
  if (auto status = compare_uplinks(store, fault); !status) return status;
  return compare_unacknowledged(store, fault);
}

Status CounterAudit::compare_spans(Store& store, const std::vector<AccountChange>& accounts, const Fault& fault) const {
  Comparison<std::pair<AccountObject, Span>> all;
  for (const auto& change : accounts) {
    if (change.object.kind == AccountKind::client) continue;
    for (const auto grain : {SpanGrain::day, SpanGrain::month, SpanGrain::month_quarter}) {
      all[{change.object, span_of(grain, change.quarter.start())}].evidence += change.added;
    }
  }
  const auto read = store.accounts().each_span([&](const AccountSpan& span) -> Status {
    all[{span.object, span.span}].books += span.counters;
    return {};
  });
  if (!read) return read;
  report(
      all, [](const auto& key) { return name_of(key.first) + " " + name_of(key.second); }, fault);
  return {};
}

Status CounterAudit::compare_components(Store& store, const Fault& fault) const {
  std::map<Component, Comparison<Span>> all;
  std::map<std::int64_t, ResolvedPath> resolved;
  for (const auto& [part, spans] : paths_) {
    const auto& [id, owner, content_class] = part;
    auto known = resolved.find(id);
    if (known == resolved.end()) {
      auto path = store.evidence().path(id);
      if (!path) return pass_on(path);
      known = resolved.emplace(id, *std::move(path)).first;
    }
    for (const auto& component : known->second.components) {
      auto& whole = all[{component.key, component.isp, component.into, {}, 0}];
      auto& owned = all[{component.key, component.isp, component.into, owner, static_cast<int>(content_class)}];
      for (const auto& [span, counters] : spans) {
        for (const auto grain : {SpanGrain::five_minutes, SpanGrain::day, SpanGrain::month}) {
          whole[span_of(grain, span.start())].evidence += counters;
          owned[span_of(grain, span.start())].evidence += counters;
        }
      }
    }
  }
  const auto read = store.accounts().each_component_counter([&](const ComponentCounter& counter) -> Status {
    const int content_class = counter.content_class ? static_cast<int>(*counter.content_class) : 0;
    all[{counter.key, counter.isp, counter.into, counter.owner, content_class}][counter.span].books += counter.counters;
    return {};
  });
  if (!read) return read;
  for (const auto& [component, spans] : all) {
    const auto& [key, isp, into, owner, content_class] = component;
    const auto name = fmt::format("component {} isp {}>{}{}", key, isp.value, into.value,
                                  content_class == 0 ? "" : fmt::format(" owner {} class {}", owner, content_class));
    report(
        spans, [&](Span span) { return name + " " + name_of(span); }, fault);
  }
  return {};
}

Status CounterAudit::compare_uplinks(Store& store, const Fault& fault) const {
  Comparison<Uplink> all;
  for (const auto& [key, counters] : uplinks_) all[key].evidence = counters;
  const auto read = store.accounts().each_uplink_counter([&](const UplinkCounter& counter) -> Status {
    all[{counter.isp, span_of(SpanGrain::five_minutes, counter.start), counter.agreement, counter.on_net, counter.owner,
         counter.content_class}]
        .books += counter.counters;
    return {};
  });
  if (!read) return read;
  const auto name = [](const Uplink& key) {
    const auto& [isp, span, agreement, on_net, owner, content_class] = key;
    return fmt::format("uplinks of isp {} agreement {} {} owner {} class {} {}", isp.value, agreement.value,
                       on_net ? "on-net" : "off-net", owner, static_cast<int>(content_class), name_of(span));
  };
  report(all, name, fault);
  return {};
}

Status CounterAudit::compare_unacknowledged(Store& store, const Fault& fault) const {
  Comparison<Unacknowledged> all;
  for (const auto& [key, counters] : unacknowledged_) all[key].evidence = counters;
  const auto read = store.accounts().each_unacknowledged_counter([&](const UnacknowledgedCounter& counter) -> Status {
    all[{counter.isp, span_of(SpanGrain::five_minutes, counter.start), counter.agreement, counter.on_net,
         counter.cdn_node, counter.owner, counter.content_class}]
        .books += {{}, counter.sent, counter.receipts};
    return {};
  });
  if (!read) return read;
  const auto name = [](const Unacknowledged& key) {
    const auto& [isp, span, agreement, on_net, cdn_node, owner, content_class] = key;
    return fmt::format("unacknowledged of isp {} agreement {} {}{} owner {} class {} {}", isp.value, agreement.value,
                       on_net ? "on-net" : "off-net", cdn_node ? " cdn" : "", owner, static_cast<int>(content_class),
                       name_of(span));
  };
  report(all, name, fault);
  return {};
}

}  // namespace waybill::tracker
