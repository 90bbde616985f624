#include "tracker/store/account_rows_detail.h"
#include "tracker/store/sqlite_accounts_detail.h"
#include "tracker/store/sqlite_filter_detail.h"

namespace waybill::tracker {

namespace {

// The entities as the key's columns hold them: empty where the object's kind does not know them.
ByteView bytes_of(const std::optional<ContentId>& id) { return id ? id->view() : ByteView(); }
ByteView bytes_of(const std::optional<AgentKey>& id) { return id ? id->view() : ByteView(); }

// For the cache only; lengths are fixed but for the owner's, which comes last.
ByteString key_of(const AccountObject& object) {
  ByteString key;
  const auto add = [&key](std::int64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); };
  add(static_cast<int>(object.kind) * 2 + (object.cdn_node ? 1 : 0));
  add(object.agreement.value);
  add(object.from.value);
  add(object.to.value);
  return key.append(bytes_of(object.content)).append(bytes_of(object.client)).append(object.owner);
}

constexpr char kObjectColumns[] = "a.kind, a.client, a.content, a.owner, a.from_isp, a.to_isp, a.agreement, a.cdn_node";

AccountObject read_object(const SqliteQuery& row) {
  AccountObject object;
  object.kind = static_cast<AccountKind>(row.integer(0));
  if (object.kind == AccountKind::client) object.client = row.id<AgentKey>(1);
  if (object.kind >= AccountKind::content) object.content = row.id<ContentId>(2);
  object.owner = row.text(3);
  object.from = row.row_id<IspId>(4);
  object.to = row.row_id<IspId>(5);
  object.agreement = row.row_id<AgreementId>(6);
  object.cdn_node = row.flag(7);
  return object;
}

Counters read_counters(const SqliteQuery& row, int first) {
  return {{row.integer(first)}, {row.integer(first + 1)}, row.integer(first + 2)};
}

}  // namespace

std::int64_t SqliteAccounts::object_row(const AccountObject& object) {
  if (rollbacks_ != connection_.rollbacks()) {
    known_.clear();
    rollbacks_ = connection_.rollbacks();
  }
  const auto key = key_of(object);
  if (const auto* id = known_.find(key)) return *id;
  const auto id = add_object(object);
  known_.put(key, id);
  return id;
}

std::int64_t SqliteAccounts::add_object(const AccountObject& object) {
  {
    auto row = connection_.query(
        "SELECT id FROM accounting_objects WHERE kind = ? AND client = ? AND content = ? AND owner = ? "
        "AND from_isp = ? AND to_isp = ? AND agreement = ? AND cdn_node = ?");
    row.bind(static_cast<int>(object.kind), Blob{bytes_of(object.client)}, Blob{bytes_of(object.content)}, object.owner,
             object.from, object.to, object.agreement, object.cdn_node);
    if (row.step()) return row.integer(0);
  }
  connection_
      .query(
          "INSERT INTO accounting_objects(kind, client, content, owner, from_isp, to_isp, agreement, cdn_node) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(static_cast<int>(object.kind), Blob{bytes_of(object.client)}, Blob{bytes_of(object.content)}, object.owner,
            object.from, object.to, object.agreement, object.cdn_node)
      .run();
  return connection_.last_row_id();
}

Status SqliteAccounts::add(const std::vector<AccountChange>& changes) {
  return connection_.write([&]() -> Status {
    auto upsert = connection_.query(
        "INSERT INTO account_counters(object_id, quarter, acked, sent, receipts) VALUES(?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT DO UPDATE SET acked = acked + ?3, sent = sent + ?4, receipts = receipts + ?5");
    for (const auto& change : changes) {
      upsert.bind(object_row(change.object), change.quarter.number, change.added.acked, change.added.sent,
                  change.added.receipts);
      upsert.run();
    }
    return {};
  });
}

Status SqliteAccounts::each(const std::function<Status(const AccountChange&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.query(std::string("SELECT ") + kObjectColumns +
                                  ", c.quarter, c.acked, c.sent, c.receipts FROM accounting_objects a "
                                  "JOIN account_counters c ON c.object_id = a.id ORDER BY a.id, c.quarter");
    while (rows.step()) {
      if (auto status = visit({read_object(rows), {rows.integer(8)}, read_counters(rows, 9)}); !status) return status;
    }
    return {};
  });
}

Result<std::vector<AccountRow>> SqliteAccounts::query(const AccountQuery& query) {
  SqliteFilter filter;
  filter.add_number("a.kind = ?", static_cast<int>(kind_for(query)));
  filter.add_if("a.client = ?", query.client);
  filter.add_if("a.content = ?", query.content);
  filter.add_if("a.owner = ?", query.owner);
  filter.add_if("a.from_isp = ?", query.from);
  filter.add_if("a.to_isp = ?", query.to);
  filter.add_if("a.agreement = ?", query.agreement);
  filter.add_if("a.cdn_node = ?", query.cdn_node);
  filter.add_if("(a.from_isp = a.to_isp AND a.from_isp <> 0) = ?", query.on_net);
  if (query.since) filter.add_number("c.quarter >= ?", quarter_at_or_after(*query.since).number);
  if (query.until) filter.add_number("c.quarter < ?", quarter_at_or_after(*query.until).number);
  const bool by_quarter = query.hours || query.group_by.count(AccountDimension::hour_of_day) > 0 ||
                          query.group_by.count(AccountDimension::quarter) > 0;
  const auto sql =
      std::string("SELECT ") + kObjectColumns +
      (by_quarter ? ", c.quarter, c.acked, c.sent, c.receipts" : ", 0, sum(c.acked), sum(c.sent), sum(c.receipts)") +
      " FROM accounting_objects a JOIN account_counters c ON c.object_id = a.id" + filter.where() +
      (by_quarter ? "" : " GROUP BY a.id");
  return connection_.read([&]() -> Result<std::vector<AccountRow>> {
    AccountRows answer(query);
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    while (rows.step()) answer.add(read_object(rows), {rows.integer(8)}, read_counters(rows, 9));
    return answer.take();
  });
}

}  // namespace waybill::tracker
