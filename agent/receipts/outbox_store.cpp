#include "agent/receipts/outbox_store.h"

#include <functional>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include "agent/storage/database_file.h"

namespace waybill::receipts {

namespace {

const std::vector<std::string> kMigrations = {R"(
CREATE TABLE waiting (          -- receipts that the tracker has not made durable
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  UNIQUE (order_id, sequence));
CREATE TABLE refused (          -- receipts that the tracker will never take; kept as evidence
  order_id BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  status INTEGER NOT NULL,
  refused_at INTEGER NOT NULL,  -- UTC milliseconds
  PRIMARY KEY (order_id, sequence));
CREATE INDEX refused_by_status ON refused (status);
CREATE TABLE account (          -- one row for each order served
  order_id BLOB PRIMARY KEY,
  order_envelope BLOB NOT NULL,
  receiver BLOB NOT NULL,       -- address, 16 bytes
  sent INTEGER NOT NULL, acked INTEGER NOT NULL, acknowledgement BLOB NOT NULL,
  receipted_sent INTEGER NOT NULL, receipted_acked INTEGER NOT NULL,
  next_sequence INTEGER NOT NULL, receipted_until INTEGER NOT NULL,
  stretch_start INTEGER NOT NULL, last_observed INTEGER NOT NULL, max_rate INTEGER NOT NULL,
  ended INTEGER NOT NULL);
)"};

void bind_bytes(SQLite::Statement& statement, int index, ByteView bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

ByteString bytes_of(const SQLite::Column& column) {
  const auto* data = static_cast<const char*>(column.getBlob());
  return data == nullptr ? ByteString{} : ByteString(data, static_cast<std::size_t>(column.getBytes()));
}

ByteView view_of(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
}

[[noreturn]] void corrupt(const char* what) { throw SQLite::Exception(what, SQLITE_CORRUPT); }

OrderId order_id_of(const SQLite::Column& column) {
  auto id = OrderId::from_bytes(bytes_of(column));
  if (!id) corrupt("an order id has the wrong length");
  return *id;
}

OrderAccount account_of(SQLite::Statement& row) {
  OrderAccount account;
  account.order.envelope = bytes_of(row.getColumn(0));
  auto order = protocol::read_order_unverified(account.order.envelope);
  if (!order) corrupt("an order cannot be read back");
  account.order.order = std::move(*order);
  const auto receiver = bytes_of(row.getColumn(1));
  if (receiver.size() != account.receiver.bytes.size()) corrupt("an address has the wrong length");
  std::copy(receiver.begin(), receiver.end(), account.receiver.bytes.begin());
  account.sent = {row.getColumn(2).getInt64()};
  account.acked = {row.getColumn(3).getInt64()};
  account.acknowledgement = bytes_of(row.getColumn(4));
  account.receipted_sent = {row.getColumn(5).getInt64()};
  account.receipted_acked = {row.getColumn(6).getInt64()};
  account.next_sequence = row.getColumn(7).getInt64();
  account.receipted_until = {row.getColumn(8).getInt64()};
  account.stretch_start = {row.getColumn(9).getInt64()};
  account.last_observed = {row.getColumn(10).getInt64()};
  account.max_rate = {row.getColumn(11).getInt64()};
  account.ended = row.getColumn(12).getInt() != 0;
  return account;
}

}  // namespace

struct OutboxStore::Impl {
  std::filesystem::path file;
  storage::DatabasePtr database;
  OutboxCounts counts;   // as of the last commit
  OutboxCounts pending;  // with what the open transaction changes

  // One transaction; the counts follow it only when it is durable.
  Status transact(const std::function<void()>& work) {
    return storage::guarded(file, [&] {
      pending = counts;
      SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
      work();
      transaction.commit();
      counts = pending;
    });
  }

  void read_counts() {
    SQLite::Statement waiting(*database, "SELECT COUNT(*), COALESCE(SUM(LENGTH(envelope)), 0) FROM waiting");
    waiting.executeStep();
    counts.waiting = waiting.getColumn(0).getInt64();
    counts.waiting_bytes = waiting.getColumn(1).getInt64();
    SQLite::Statement refused(*database, "SELECT status, COUNT(*) FROM refused GROUP BY status");
    while (refused.executeStep()) {
      const auto status = static_cast<protocol::ReceiptStatus>(refused.getColumn(0).getInt());
      counts.refused[status] = refused.getColumn(1).getInt64();
    }
  }

  void put(const OrderAccount& account) {
    SQLite::Statement insert(*database, "INSERT OR REPLACE INTO account VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    bind_bytes(insert, 1, account.order.order.id.view());
    bind_bytes(insert, 2, account.order.envelope);
    bind_bytes(insert, 3, view_of(account.receiver));
    insert.bind(4, account.sent.value);
    insert.bind(5, account.acked.value);
    bind_bytes(insert, 6, account.acknowledgement);
    insert.bind(7, account.receipted_sent.value);
    insert.bind(8, account.receipted_acked.value);
    insert.bind(9, account.next_sequence);
    insert.bind(10, account.receipted_until.value);
    insert.bind(11, account.stretch_start.value);
    insert.bind(12, account.last_observed.value);
    insert.bind(13, account.max_rate.value);
    insert.bind(14, account.ended ? 1 : 0);
    insert.exec();
  }

  void put(const OutgoingReceipt& receipt) {
    SQLite::Statement known(*database, "SELECT envelope FROM waiting WHERE order_id = ? AND sequence = ?");
    bind_bytes(known, 1, receipt.id.order.view());
    known.bind(2, receipt.id.sequence);
    if (known.executeStep() && bytes_of(known.getColumn(0)) == receipt.envelope) return;
    SQLite::Statement insert(*database, "INSERT INTO waiting (order_id, sequence, envelope) VALUES (?,?,?)");
    bind_bytes(insert, 1, receipt.id.order.view());
    insert.bind(2, receipt.id.sequence);
    bind_bytes(insert, 3, receipt.envelope);
    insert.exec();
    pending.waiting += 1;
    pending.waiting_bytes += static_cast<std::int64_t>(receipt.envelope.size());
  }

  void forget(const OrderId& order) {
    SQLite::Statement erase(*database, "DELETE FROM account WHERE order_id = ?");
    bind_bytes(erase, 1, order.view());
    erase.exec();
  }

  void settle(const SettledReceipt& settled, TimeMs now) {
    if (protocol::is_transient(settled.status)) return;
    SQLite::Statement known(*database, "SELECT envelope FROM waiting WHERE order_id = ? AND sequence = ?");
    bind_bytes(known, 1, settled.id.order.view());
    known.bind(2, settled.id.sequence);
    if (!known.executeStep()) return;
    const auto envelope = bytes_of(known.getColumn(0));
    if (!protocol::is_durable(settled.status)) {
      SQLite::Statement keep(*database, "INSERT OR REPLACE INTO refused VALUES (?,?,?,?,?)");
      bind_bytes(keep, 1, settled.id.order.view());
      keep.bind(2, settled.id.sequence);
      bind_bytes(keep, 3, envelope);
      keep.bind(4, static_cast<int>(settled.status));
      keep.bind(5, now.value);
      keep.exec();
      pending.refused[settled.status] += 1;
    }
    SQLite::Statement erase(*database, "DELETE FROM waiting WHERE order_id = ? AND sequence = ?");
    bind_bytes(erase, 1, settled.id.order.view());
    erase.bind(2, settled.id.sequence);
    erase.exec();
    pending.waiting -= 1;
    pending.waiting_bytes -= static_cast<std::int64_t>(envelope.size());
  }
};

OutboxStore::OutboxStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OutboxStore::~OutboxStore() = default;

Result<std::unique_ptr<OutboxStore>> OutboxStore::open(const std::filesystem::path& file) {
  auto database = storage::open_database(file, kMigrations);
  if (!database) return pass_on(database);
  auto impl = std::make_unique<Impl>();
  impl->file = file;
  impl->database = std::move(*database);
  if (auto read = storage::guarded(file, [&] { impl->read_counts(); }); !read) return pass_on(read);
  return std::unique_ptr<OutboxStore>(new OutboxStore(std::move(impl)));
}

Status OutboxStore::save(const OutboxChange& change) {
  return impl_->transact([&] {
    for (const auto& account : change.accounts) impl_->put(account);
    for (const auto& receipt : change.receipts) impl_->put(receipt);
    for (const auto& order : change.forgotten) impl_->forget(order);
  });
}

Result<std::vector<OutgoingReceipt>> OutboxStore::oldest(std::size_t max_count, std::size_t max_bytes) {
  std::vector<OutgoingReceipt> batch;
  auto read = storage::guarded(impl_->file, [&] {
    SQLite::Statement rows(*impl_->database,
                           "SELECT order_id, sequence, envelope FROM waiting ORDER BY position LIMIT ?");
    rows.bind(1, static_cast<std::int64_t>(max_count));
    std::size_t bytes = 0;
    while (rows.executeStep()) {
      OutgoingReceipt receipt{{order_id_of(rows.getColumn(0)), rows.getColumn(1).getInt64()},
                              bytes_of(rows.getColumn(2))};
      bytes += receipt.envelope.size();
      if (!batch.empty() && bytes > max_bytes) break;
      batch.push_back(std::move(receipt));
    }
  });
  if (!read) return pass_on(read);
  return batch;
}

Status OutboxStore::settle(const std::vector<SettledReceipt>& settled, TimeMs now) {
  return impl_->transact([&] {
    for (const auto& one : settled) impl_->settle(one, now);
  });
}

Result<std::vector<OrderAccount>> OutboxStore::load_accounts() {
  std::vector<OrderAccount> accounts;
  auto read = storage::guarded(impl_->file, [&] {
    SQLite::Statement rows(*impl_->database,
                           "SELECT order_envelope, receiver, sent, acked, acknowledgement, receipted_sent, "
                           "receipted_acked, next_sequence, receipted_until, stretch_start, last_observed, max_rate, "
                           "ended FROM account");
    while (rows.executeStep()) accounts.push_back(account_of(rows));
  });
  if (!read) return pass_on(read);
  return accounts;
}

OutboxCounts OutboxStore::counts() const { return impl_->counts; }

}  // namespace waybill::receipts
