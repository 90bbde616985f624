#include <array>

#include "tracker/store/sql_accounts_detail.h"

namespace waybill::tracker {

namespace {

// The entities as the key's columns hold them: empty where the object's kind does not know them.
ByteView bytes_of(const std::optional<ContentId>& id) { return id ? id->view() : ByteView(); }
ByteView bytes_of(const std::optional<AgentKey>& id) { return id ? id->view() : ByteView(); }

std::int64_t class_number(const AccountObject& object) {
  return object.content_class ? static_cast<int>(*object.content_class) : 0;
}

// For the cache only; lengths are fixed but for the owner's, which comes last.
ByteString key_of(const AccountObject& object) {
  ByteString key;
  const auto add = [&key](std::int64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); };
  add(static_cast<int>(object.kind) * 2 + (object.cdn_node ? 1 : 0));
  add(object.agreement.value);
  add(object.from.value);
  add(object.to.value);
  add(class_number(object));
  return key.append(bytes_of(object.content)).append(bytes_of(object.client)).append(object.owner);
}

constexpr char kObjectColumns[] =
    "a.kind, a.client, a.content, a.owner, a.from_isp, a.to_isp, a.agreement, a.cdn_node, a.class";

AccountObject read_object(const SqlRow& row) {
  AccountObject object;
  object.kind = static_cast<AccountKind>(row.integer(0));
  if (object.kind == AccountKind::client) object.client = row.id<AgentKey>(1);
  if (object.kind >= AccountKind::content) object.content = row.id<ContentId>(2);
  object.owner = row.text(3);
  object.from = row.row_id<IspId>(4);
  object.to = row.row_id<IspId>(5);
  object.agreement = row.row_id<AgreementId>(6);
  object.cdn_node = row.flag(7);
  if (object.kind >= AccountKind::owner) object.content_class = static_cast<ContentClass>(row.integer(8));
  return object;
}

Counters read_counters(const SqlRow& row, int first) {
  return {{row.integer(first)}, {row.integer(first + 1)}, row.integer(first + 2)};
}

constexpr std::int64_t kUnknown = 0;  // ids begin at 1
constexpr std::array kLongerSpans{SpanGrain::day, SpanGrain::month, SpanGrain::month_quarter};

}  // namespace

// The rows of those that have one.
void SqlAccounts::find_objects(std::map<AccountObject, std::int64_t>& objects) {
  auto rows = connection_.find_many(
      "SELECT id FROM accounting_objects WHERE kind = ? AND client = ? AND content = ? AND owner = ? AND class = ? "
      "AND from_isp = ? AND to_isp = ? AND agreement = ? AND cdn_node = ?");
  std::vector<std::int64_t*> asked;
  for (auto& [object, id] : objects) {
    if (id != kUnknown) continue;
    rows.add(static_cast<int>(object.kind), Blob{bytes_of(object.client)}, Blob{bytes_of(object.content)}, object.owner,
             class_number(object), object.from, object.to, object.agreement, object.cdn_node);
    asked.push_back(&id);
  }
  while (rows.step()) *asked[rows.index()] = rows.integer(0);
}

// Those without a row. In the order of their keys, so that two trackers that add the same ones never wait for each
// other.
void SqlAccounts::add_objects(std::map<AccountObject, std::int64_t>& objects) {
  auto inserts = connection_.insert_many(
      "INSERT INTO accounting_objects(kind, client, content, owner, class, from_isp, to_isp, agreement, cdn_node) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  for (const auto& [object, id] : objects) {
    if (id != kUnknown) continue;
    inserts.add(static_cast<int>(object.kind), Blob{bytes_of(object.client)}, Blob{bytes_of(object.content)},
                object.owner, class_number(object), object.from, object.to, object.agreement, object.cdn_node);
  }
  inserts.run();
}

std::vector<std::int64_t> SqlAccounts::object_rows(const std::vector<AccountChange>& changes) {
  if (rollbacks_ != connection_.rollbacks()) {
    known_.clear();
    rollbacks_ = connection_.rollbacks();
  }
  std::vector<std::int64_t> rows(changes.size(), kUnknown);
  std::map<AccountObject, std::int64_t> unknown;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (const auto* id = known_.find(key_of(changes[i].object))) {
      rows[i] = *id;
    } else {
      unknown.emplace(changes[i].object, kUnknown);
    }
  }
  if (unknown.empty()) return rows;
  find_objects(unknown);
  add_objects(unknown);
  find_objects(unknown);
  for (const auto& [object, id] : unknown) known_.put(key_of(object), id);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (rows[i] == kUnknown) rows[i] = unknown.at(changes[i].object);
  }
  return rows;
}

Status SqlAccounts::add(const std::vector<AccountChange>& changes) {
  return connection_.write(
      [&]() -> Status {
        const auto objects = object_rows(changes);
        // Each counter once, in the order of the keys, so that two trackers never wait for each other.
        std::map<std::pair<std::int64_t, Quarter>, Counters> sums;
        for (std::size_t i = 0; i < changes.size(); ++i) sums[{objects[i], changes[i].quarter}] += changes[i].added;
        auto upserts = connection_.insert_many(
            "INSERT INTO account_counters(object_id, quarter, acked, sent, receipts) VALUES(?, ?, ?, ?, ?) "
            "ON CONFLICT(object_id, quarter) DO UPDATE SET acked = account_counters.acked + excluded.acked, "
            "sent = account_counters.sent + excluded.sent, receipts = account_counters.receipts + excluded.receipts");
        for (const auto& [key, added] : sums) {
          upserts.add(key.first, key.second.number, added.acked, added.sent, added.receipts);
        }
        upserts.run();
        std::map<std::pair<std::int64_t, Span>, Counters> spans;
        for (std::size_t i = 0; i < changes.size(); ++i) {
          if (changes[i].object.kind == AccountKind::client) continue;
          const auto start = changes[i].quarter.start();
          for (const auto grain : kLongerSpans) spans[{objects[i], span_of(grain, start)}] += changes[i].added;
        }
        auto longer = connection_.insert_many(
            "INSERT INTO account_spans(object_id, grain, number, acked, sent, receipts) VALUES(?, ?, ?, ?, ?, ?) "
            "ON CONFLICT(object_id, grain, number) DO UPDATE SET acked = account_spans.acked + excluded.acked, "
            "sent = account_spans.sent + excluded.sent, receipts = account_spans.receipts + excluded.receipts");
        for (const auto& [key, added] : spans) {
          longer.add(key.first, static_cast<int>(key.second.grain), key.second.number, added.acked, added.sent,
                     added.receipts);
        }
        longer.run();
        return {};
      },
      Writers::together);
}

Status SqlAccounts::each(const std::function<Status(const AccountChange&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(std::string("SELECT ") + kObjectColumns +
                                   ", c.quarter, c.acked, c.sent, c.receipts FROM accounting_objects a "
                                   "JOIN account_counters c ON c.object_id = a.id ORDER BY a.id, c.quarter");
    while (rows.step()) {
      if (auto status = visit({read_object(rows), {rows.integer(9)}, read_counters(rows, 10)}); !status) return status;
    }
    return {};
  });
}

Status SqlAccounts::each_span(const std::function<Status(const AccountSpan&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(std::string("SELECT ") + kObjectColumns +
                                   ", c.grain, c.number, c.acked, c.sent, c.receipts FROM accounting_objects a "
                                   "JOIN account_spans c ON c.object_id = a.id ORDER BY a.id, c.grain, c.number");
    while (rows.step()) {
      const Span span{static_cast<SpanGrain>(rows.integer(9)), rows.integer(10)};
      if (auto status = visit({read_object(rows), span, read_counters(rows, 11)}); !status) return status;
    }
    return {};
  });
}

}  // namespace waybill::tracker
