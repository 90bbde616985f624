#include <map>

#include <fmt/format.h>

#include "tracker/accounting/object_fill.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/long_work.h"
#include "tracker/cli/commands/object_entities_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr const char* kDetails[] = {"", "counters", "totals", "records"};
constexpr const char* kGrains[] = {"", "hour", "day"};

json object_json(const MeasuringObject& object) {
  return {{"id", object.id},
          {"name", object.name},
          {"state", object.ended ? "ended" : "counts"},
          {"since", format_time(object.since.start())},
          {"until", object.until ? json(format_time(object.until->start())) : json(nullptr)},
          {"detail", kDetails[static_cast<int>(object.detail)]},
          {"grain", kGrains[static_cast<int>(object.grain)]},
          {"timezone", object.timezone},
          {"entities", object.entities.size()}};
}

const std::vector<SheetColumn>& object_columns() {
  static const std::vector<SheetColumn> kColumns{{"id", "ID", "number"}, {"name", "NAME"},    {"state", "STATE"},
                                                 {"since", "SINCE"},     {"until", "UNTIL"},  {"detail", "DETAIL"},
                                                 {"grain", "GRAIN"},     {"timezone", "ZONE"}};
  return kColumns;
}

template <typename Word, std::size_t N>
std::optional<Word> word_of(Arguments& arguments, const char* key, const char* const (&words)[N]) {
  const auto text = arguments.text(key);
  if (!text) return std::nullopt;
  for (std::size_t i = 1; i < N; ++i) {
    if (*text == words[i]) return static_cast<Word>(i);
  }
  std::string allowed;
  for (std::size_t i = 1; i < N; ++i) allowed += (i > 1 ? ", " : "") + std::string(words[i]);
  arguments.fault(key, "'" + *text + "' is none of " + allowed);
  return std::nullopt;
}

// The answer's rows: the start of the hour or day on the object's clocks.
std::string grain_start(LocalClock& clock, const MeasuringObject& object, TimeMs time) {
  const auto local = clock.local_ms(time);
  const auto text = format_time({local});
  return object.grain == ObjectGrain::day ? text.substr(0, 10) : text.substr(0, 13) + ":00";
}

Status add_counters(Store& store, const MeasuringObject& object, Answer& answer) {
  auto counters = store.objects().counters(object.id);
  if (!counters) return tl::make_unexpected(counters.error());
  auto clock = LocalClock::of(object.timezone);
  if (!clock) return tl::make_unexpected(clock.error());
  std::map<std::pair<std::string, std::string>, Counters> rows;
  Counters total;
  for (const auto& change : *counters) {
    rows[{change.member, grain_start(*clock, object, change.quarter.start())}] += change.added;
    if (change.member.empty()) total += change.added;
  }
  auto& list = answer.result["counters"] = json::array();
  for (const auto& [key, sums] : rows) {
    list.push_back({{"member", key.first.empty() ? json(nullptr) : json(key.first)},
                    {"from", key.second},
                    {"acknowledged_bytes", sums.acked.value},
                    {"sent_bytes", sums.sent.value},
                    {"receipts", sums.receipts}});
  }
  answer.result["total"] = {
      {"acknowledged_bytes", total.acked.value}, {"sent_bytes", total.sent.value}, {"receipts", total.receipts}};
  answer.add_sheet("counters", {{"member", "MEMBER"},
                                {"from", kGrains[static_cast<int>(object.grain)]},
                                {"acknowledged_bytes", "ACKNOWLEDGED", "bytes"},
                                {"sent_bytes", "SENT", "bytes"},
                                {"receipts", "RECEIPTS", "number"}});
  return {};
}

// Full records: the receipts that the object counts, told again from the evidence.
Status add_records(Store& store, const MeasuringObject& object, Answer& answer) {
  auto records = counted_receipts(store, object);
  if (!records) return tl::make_unexpected(records.error());
  auto& list = answer.result["records"] = json::array();
  for (const auto& record : *records) {
    list.push_back({{"order", record.id.order.hex()},
                    {"sequence", record.id.sequence},
                    {"end", format_time(record.end)},
                    {"acknowledged_bytes", record.counters.acked.value},
                    {"sent_bytes", record.counters.sent.value}});
  }
  answer.add_sheet("records", {{"order", "ORDER", "id"},
                               {"sequence", "RECEIPT", "number"},
                               {"end", "END"},
                               {"acknowledged_bytes", "ACKNOWLEDGED", "bytes"},
                               {"sent_bytes", "SENT", "bytes"}});
  return {};
}

// Named by a person, or a member by what it carried.
bool measures_client(const MeasuringObject& object, const std::vector<ObjectMember>& members, const AgentKey& client) {
  const auto name = member_of(client);
  return std::any_of(members.begin(), members.end(), [&](const auto& member) { return member.member == name; }) ||
         std::any_of(object.entities.begin(), object.entities.end(),
                     [&](const auto& entity) { return entity.kind == EntityKind::client && entity.client == client; });
}

Status add_history(AdministrationContext& context, const MeasuringObject& object, Answer& answer) {
  auto& store = context.store;
  auto members = store.objects().members(object.id);
  if (!members) return tl::make_unexpected(members.error());
  auto agreements = store.registry().agreements();
  if (!agreements) return tl::make_unexpected(agreements.error());
  const auto agents = store.registry().agents();
  if (!agents) return tl::make_unexpected(agents.error());
  std::vector<std::tuple<TimeMs, std::string, std::string>> events;
  events.emplace_back(object.created, "made", object.name);
  const Quarter now = quarter_of(context.clock.now());
  for (const auto& member : *members) {
    events.emplace_back(member.appeared.start(), "appeared", member.member);
    // While it still carries something, there is no last time to tell.
    if (member.last_seen < now) events.emplace_back(member.last_seen.start(), "last seen", member.member);
  }
  for (const auto& agent : *agents) {
    const auto name = member_of(agent.key);
    if (!measures_client(object, *members, agent.key)) continue;
    events.emplace_back(agent.enrolled, "subscribed", name);
    if (agent.removed) events.emplace_back(*agent.removed, "left", name);
  }
  for (const auto& agreement : *agreements) {
    bool concerned = false;
    for (const auto& entity : object.entities)
      concerned |= entity.isp == agreement.isp || entity.other == agreement.isp;
    if (!concerned) continue;
    const auto name = member_of(agreement.id);
    events.emplace_back(agreement.valid_from, "in force", name);
    if (agreement.valid_until) events.emplace_back(*agreement.valid_until, "ends", name);
  }
  if (object.ended) events.emplace_back(*object.ended, "ended", object.name);
  std::sort(events.begin(), events.end());
  auto& list = answer.result["history"] = json::array();
  for (const auto& [at, event, what] : events)
    list.push_back({{"at", format_time(at)}, {"event", event}, {"of", what}});
  answer.add_sheet("history", {{"at", "AT"}, {"event", "EVENT"}, {"of", "OF"}});
  return {};
}

Result<MeasuringObject> read_object(AdministrationContext& context, Arguments& arguments) {
  const auto now = context.clock.now();
  MeasuringObject object;
  object.name = arguments.positional("name");
  object.created = now;
  object.timezone = arguments.text("timezone").value_or("UTC");
  if (auto detail = word_of<ObjectDetail>(arguments, "detail", kDetails)) object.detail = *detail;
  if (auto grain = word_of<ObjectGrain>(arguments, "grain", kGrains)) object.grain = *grain;
  const auto since =
      arguments.read_as("fill_since", [&](const std::string& text) { return parse_time(text, now, object.timezone); });
  auto entities = EntityArguments::read(arguments);
  auto filter = FilterArguments::read(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (auto known = check_zone(object.timezone); !known) return tl::make_unexpected(known.error());
  if (since && *since > now) return refuse("an object is filled from the past: --fill-since lies in the future");
  object.since = quarter_of(since.value_or(now));
  auto resolved = entities.resolve(context.store);
  if (!resolved) return tl::make_unexpected(resolved.error());
  object.entities = *std::move(resolved);
  auto resolved_filter = filter.resolve(context.store);
  if (!resolved_filter) return tl::make_unexpected(resolved_filter.error());
  object.filter = *std::move(resolved_filter);
  return object;
}

Result<std::map<std::string, TimeMs>> clients_that_left(Store& store) {
  const auto agents = store.registry().agents();
  if (!agents) return tl::make_unexpected(agents.error());
  std::map<std::string, TimeMs> left;
  for (const auto& agent : *agents) {
    if (agent.removed) left.emplace(member_of(agent.key), *agent.removed);
  }
  return left;
}

}  // namespace

Result<Answer> object_add(AdministrationContext& context, Arguments& arguments) {
  auto object = read_object(context, arguments);
  if (!object) return tl::make_unexpected(object.error());
  auto meter = meter_of(context, "receipts of the past counted", object->since.start());
  auto made = make_object(context.store, *object, &meter);
  if (!made) return tl::make_unexpected(made.error());
  Answer answer;
  answer.result["object"] = object_json(*made);
  answer.result["objects"] = json::array({answer.result["object"]});
  answer.add_sheet("objects", object_columns());
  return answer;
}

Result<Answer> object_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  const auto measuring = arguments.text("measuring");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto objects = context.store.objects().objects();
  if (!objects) return tl::make_unexpected(objects.error());
  std::vector<std::int64_t> wanted;
  if (measuring) {
    auto found = context.store.objects().measuring(*measuring);
    if (!found) return tl::make_unexpected(found.error());
    wanted = *std::move(found);
  }
  Answer answer;
  auto& rows = answer.result["objects"] = json::array();
  for (const auto& object : **objects) {
    if (object.ended && !all) continue;
    if (measuring && !std::binary_search(wanted.begin(), wanted.end(), object.id)) continue;
    rows.push_back(object_json(object));
  }
  answer.add_sheet("objects", object_columns());
  return answer;
}

Result<Answer> object_show(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const bool history = arguments.flag("history");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto object = object_named(context.store, name);
  if (!object) return tl::make_unexpected(object.error());
  auto members = context.store.objects().members(object->id);
  if (!members) return tl::make_unexpected(members.error());
  const auto left = clients_that_left(context.store);
  if (!left) return tl::make_unexpected(left.error());
  Answer answer;
  answer.result["object"] = object_json(*object);
  auto& list = answer.result["members"] = json::array();
  for (const auto& member : *members) {
    const auto gone = left->find(member.member);
    list.push_back({{"member", member.member},
                    {"appeared", format_time(member.appeared.start())},
                    {"last_seen", format_time(member.last_seen.start())},
                    {"left", gone == left->end() ? json() : json(format_time(gone->second))}});
  }
  if (history) {
    if (auto added = add_history(context, *object, answer); !added) return tl::make_unexpected(added.error());
    return answer;
  }
  answer.add_sheet("members",
                   {{"member", "MEASURES"}, {"appeared", "SINCE"}, {"last_seen", "LAST SEEN"}, {"left", "LEFT"}});
  if (auto added = add_counters(context.store, *object, answer); !added) return tl::make_unexpected(added.error());
  if (object->detail == ObjectDetail::records) {
    if (auto added = add_records(context.store, *object, answer); !added) return tl::make_unexpected(added.error());
  }
  return answer;
}

Result<Answer> object_end(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto meter = meter_of(context, "receipts after its end looked at", context.clock.now());
  auto ended = finish_object(context.store, name, context.clock.now(), &meter);
  if (!ended) return tl::make_unexpected(ended.error());
  Answer answer;
  answer.result["object"] = object_json(*ended);
  answer.lines.push_back(fmt::format("Object {} counts until {}", name, format_time(ended->until->start())));
  return answer;
}

}  // namespace waybill::tracker
