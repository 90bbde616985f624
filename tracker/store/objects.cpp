#include "tracker/store/objects.h"

#include <algorithm>

#include "tracker/store/sql_objects_detail.h"

namespace waybill::tracker {

namespace {

std::optional<int> number_of(std::optional<std::int64_t> value) {
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

MeasuringObject read_object(const SqlRow& row) {
  MeasuringObject object;
  object.id = row.integer(0);
  object.name = row.text(1);
  object.created = row.time(2);
  object.ended = row.optional_time(3);
  object.since = {row.integer(4)};
  if (!row.is_null(5)) object.until = Quarter{row.integer(5)};
  object.filter.owner = row.optional_text(6);
  object.filter.content = row.optional_id<ContentId>(7);
  if (!row.is_null(8)) object.filter.content_class = static_cast<ContentClass>(row.integer(8));
  if (!row.is_null(9)) object.filter.on_net = row.flag(9);
  if (!row.is_null(10)) object.filter.hours = {{*number_of(row.integer(10)), *number_of(row.integer(11))}};
  object.timezone = row.text(12);
  object.detail = static_cast<ObjectDetail>(row.integer(13));
  object.grain = static_cast<ObjectGrain>(row.integer(14));
  return object;
}

Status check_object(const MeasuringObject& object) {
  if (object.name.empty() || object.name.size() > kMaxObjectName) {
    return refuse("an object's name has 1 to " + std::to_string(kMaxObjectName) + " bytes");
  }
  if (object.entities.empty()) return refuse("object " + object.name + " measures nothing: name at least one entity");
  if (object.entities.size() > kMaxObjectEntities) {
    return refuse("an object may have " + std::to_string(kMaxObjectEntities) + " entities");
  }
  return {};
}

ObjectChange read_change(const SqlRow& row) {
  return {row.integer(0), row.text(1), {row.integer(2)}, {{row.integer(3)}, {row.integer(4)}, row.integer(5)}};
}

}  // namespace

std::int64_t SqlObjects::latest_change() {
  auto row = connection_.query("SELECT coalesce(max(change), 0) FROM objects");
  return row.step() ? row.integer(0) : 0;
}

MeasuringObjects SqlObjects::load() {
  MeasuringObjects all;
  std::map<std::int64_t, std::size_t> places;
  {
    auto rows = connection_.query(
        "SELECT id, name, created, ended, since_quarter, until_quarter, owner, content, class, on_net, from_minute, "
        "to_minute, timezone, detail, grain FROM objects ORDER BY id");
    while (rows.step()) {
      all.push_back(read_object(rows));
      places[all.back().id] = all.size() - 1;
    }
  }
  auto rows = connection_.query(
      "SELECT object_id, kind, component, client, isp, other_isp FROM object_entities ORDER BY object_id, position");
  while (rows.step()) {
    ObjectEntity entity;
    entity.kind = static_cast<EntityKind>(rows.integer(1));
    entity.key = rows.text(2);
    if (entity.kind == EntityKind::client) entity.client = rows.id<AgentKey>(3);
    entity.isp = rows.row_id<IspId>(4);
    entity.other = rows.row_id<IspId>(5);
    all[places.at(rows.integer(0))].entities.push_back(std::move(entity));
  }
  return all;
}

Result<std::shared_ptr<const MeasuringObjects>> SqlObjects::objects() {
  return connection_.read([&]() -> Result<std::shared_ptr<const MeasuringObjects>> {
    const auto change = latest_change();
    if (!known_ || known_change_ != change || rollbacks_ != connection_.rollbacks()) {
      known_ = std::make_shared<const MeasuringObjects>(load());
      known_change_ = change;
      rollbacks_ = connection_.rollbacks();
    }
    return known_;
  });
}

Result<MeasuringObject> SqlObjects::add_object(const MeasuringObject& object) {
  return connection_.write([&]() -> Result<MeasuringObject> {
    if (auto checked = check_object(object); !checked) return pass_on(checked);
    {
      auto taken = connection_.query("SELECT 1 FROM objects WHERE name = ?");
      if (taken.bind(object.name).step()) return refuse("there is an object " + object.name + " already");
    }
    {
      auto count = connection_.query("SELECT count(*) FROM objects WHERE ended IS NULL");
      if (count.step() && count.integer(0) >= static_cast<std::int64_t>(kMaxObjects)) {
        return refuse("there are " + std::to_string(kMaxObjects) + " objects: end one first");
      }
    }
    auto added = object;
    const auto& filter = object.filter;
    const auto change = latest_change() + 1;
    std::optional<std::int64_t> content_class, from, to, until;
    if (filter.content_class) content_class = static_cast<int>(*filter.content_class);
    if (filter.hours) from = filter.hours->from_minute, to = filter.hours->to_minute;
    if (object.until) until = object.until->number;
    added.id = connection_
                   .query(
                       "INSERT INTO objects(name, created, ended, since_quarter, until_quarter, owner, content, class, "
                       "on_net, from_minute, to_minute, timezone, detail, grain, change) "
                       "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id")
                   .bind(object.name, object.created, object.ended, object.since.number, until, filter.owner,
                         filter.content, content_class, filter.on_net, from, to, object.timezone,
                         static_cast<int>(object.detail), static_cast<int>(object.grain), change)
                   .run_for_id();
    auto rows = connection_.insert_many(
        "INSERT INTO object_entities(object_id, position, kind, component, client, isp, other_isp) "
        "VALUES(?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < object.entities.size(); ++i) {
      const auto& entity = object.entities[i];
      const auto client = entity.kind == EntityKind::client ? entity.client.view() : ByteView();
      rows.add(added.id, static_cast<std::int64_t>(i), static_cast<int>(entity.kind), entity.key, Blob{client},
               entity.isp, entity.other);
    }
    rows.run();
    return added;
  });
}

Status SqlObjects::end_object(std::int64_t id, TimeMs at, Quarter until) {
  return connection_.write([&]() -> Status {
    {
      auto row = connection_.query("SELECT ended FROM objects WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no object " + std::to_string(id));
      if (!row.is_null(0)) return refuse("object " + std::to_string(id) + " has ended already");
    }
    const auto change = latest_change() + 1;
    connection_.query("UPDATE objects SET ended = ?, until_quarter = ?, change = ? WHERE id = ?")
        .bind(at, until.number, change, id)
        .run();
    return {};
  });
}

void SqlObjects::add_members(const std::vector<ObjectMember>& members) {
  auto ordered = members;
  std::sort(ordered.begin(), ordered.end());
  auto rows = connection_.insert_many(
      "INSERT INTO object_members(object_id, member, appeared, last_seen) VALUES(?, ?, ?, ?) "
      "ON CONFLICT(object_id, member) DO UPDATE SET "
      "appeared = CASE WHEN excluded.appeared < object_members.appeared THEN excluded.appeared "
      "ELSE object_members.appeared END, "
      "last_seen = CASE WHEN excluded.last_seen > object_members.last_seen THEN excluded.last_seen "
      "ELSE object_members.last_seen END "
      "WHERE excluded.appeared < object_members.appeared OR excluded.last_seen > object_members.last_seen");
  for (const auto& member : ordered) {
    rows.add(member.object, member.member, member.appeared.number, member.last_seen.number);
  }
  rows.run();
}

// In the order of the keys, so that two trackers never wait for each other.
Status SqlObjects::add_changes(const ObjectChanges& changes) {
  return connection_.write(
      [&]() -> Status {
        if (!changes.members.empty()) add_members(changes.members);
        if (changes.counters.empty()) return {};
        std::map<std::tuple<std::int64_t, std::string, Quarter>, Counters> sums;
        for (const auto& change : changes.counters) {
          sums[{change.object, change.member, change.quarter}] += change.added;
        }
        auto rows = connection_.insert_many(
            "INSERT INTO object_counters(object_id, member, quarter, acked, sent, receipts) VALUES(?, ?, ?, ?, ?, ?) "
            "ON CONFLICT(object_id, member, quarter) DO UPDATE SET acked = object_counters.acked + excluded.acked, "
            "sent = object_counters.sent + excluded.sent, receipts = object_counters.receipts + excluded.receipts");
        for (const auto& [key, added] : sums) {
          const auto& [object, member, quarter] = key;
          rows.add(object, member, quarter.number, added.acked, added.sent, added.receipts);
        }
        rows.run();
        return {};
      },
      Writers::together);
}

Result<std::vector<ObjectMember>> SqlObjects::members(std::int64_t object) {
  return connection_.read([&]() -> Result<std::vector<ObjectMember>> {
    std::vector<ObjectMember> found;
    auto rows = connection_.query(
        "SELECT object_id, member, appeared, last_seen FROM object_members WHERE object_id = ? "
        "ORDER BY appeared, member");
    rows.bind(object);
    while (rows.step()) found.push_back({rows.integer(0), rows.text(1), {rows.integer(2)}, {rows.integer(3)}});
    return found;
  });
}

Result<std::vector<std::int64_t>> SqlObjects::measuring(const std::string& member) {
  return connection_.read([&]() -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> found;
    auto rows = connection_.query("SELECT object_id FROM object_members WHERE member = ? ORDER BY object_id");
    rows.bind(member);
    while (rows.step()) found.push_back(rows.integer(0));
    return found;
  });
}

namespace {

constexpr char kNoZeros[] = " (acked <> 0 OR sent <> 0 OR receipts <> 0) ORDER BY object_id, member, quarter";

}  // namespace

Result<std::vector<ObjectChange>> SqlObjects::counters(std::int64_t object) {
  return connection_.read([&]() -> Result<std::vector<ObjectChange>> {
    std::vector<ObjectChange> found;
    auto rows =
        connection_.query(std::string("SELECT object_id, member, quarter, acked, sent, receipts FROM object_counters "
                                      "WHERE object_id = ? AND") +
                          kNoZeros);
    rows.bind(object);
    while (rows.step()) found.push_back(read_change(rows));
    return found;
  });
}

Result<Counters> SqlObjects::total(std::int64_t object, Quarter since, Quarter until) {
  return connection_.read([&]() -> Result<Counters> {
    auto row = connection_.query(
        "SELECT coalesce(sum(acked), 0), coalesce(sum(sent), 0), coalesce(sum(receipts), 0) FROM object_counters "
        "WHERE object_id = ? AND member = '' AND quarter >= ? AND quarter < ?");
    row.bind(object, since.number, until.number).step();
    return Counters{{row.integer(0)}, {row.integer(1)}, row.integer(2)};
  });
}

Status SqlObjects::each_counter(const std::function<Status(const ObjectChange&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(
        std::string("SELECT object_id, member, quarter, acked, sent, receipts FROM object_counters WHERE") + kNoZeros);
    while (rows.step()) {
      if (auto status = visit(read_change(rows)); !status) return status;
    }
    return {};
  });
}

}  // namespace waybill::tracker
