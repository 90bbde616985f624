#pragma once
// One connection to the books, whatever the engine, with its prepared statements. Private to this folder: the engines'
// failures become errors here.
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "common/types/check.h"
#include "tracker/store/sql_query_detail.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

class SqlConnection {
 public:
  virtual ~SqlConnection() = default;
  SqlConnection(const SqlConnection&) = delete;
  SqlConnection& operator=(const SqlConnection&) = delete;

  // The prepared statement for this text, made once. One use at a time. All of its rows may be held in memory.
  SqlQuery query(const std::string& sql) { return SqlQuery(prepared(sql)); }
  // A SELECT whose rows come bit by bit, however many they are. Nothing may be changed while it runs.
  SqlQuery stream(const std::string& sql) { return SqlQuery(streamed(sql)); }
  // "INSERT INTO t(...) VALUES(?, ...) [ON CONFLICT ...]" for many rows at once. Where it says DO UPDATE, no two of the
  // rows may have the same key.
  SqlInserts insert_many(const std::string& sql) { return SqlInserts(row_writer(sql), unfinished_); }
  // A SELECT that is asked for many sets of parameters at once.
  SqlLookups find_many(const std::string& sql) { return SqlLookups(row_finder(sql)); }
  virtual void run(const std::string& sql) = 0;  // no parameters, no rows

  // Every public call of the store goes through one of these two. `body` returns a Result and may throw SqlFailure.
  template <typename Body>
  auto read(Body&& body) -> decltype(body()) {
    assert_owner();
    try {
      if (!in_transaction_) make_ready();
      return body();
    } catch (const SqlFailure& failure) {
      if (in_transaction_ && !fault_) fault_ = failure.error();
      return tl::make_unexpected(failure.error());
    }
  }
  template <typename Body>
  auto write(Body&& body, Writers writers = Writers::one_at_a_time) -> decltype(body()) {
    std::optional<decltype(body())> result;
    const auto status = transact(
        [&]() -> Status {
          result = body();
          if (!*result) return tl::make_unexpected(result->error());
          return {};
        },
        writers);
    if (!status) return tl::make_unexpected(status.error());
    return *std::move(result);
  }

  Status transact(const std::function<Status()>& body, Writers writers);
  void assert_owner() const;
  bool in_transaction() const { return in_transaction_; }
  // To end a SELECT of rows that are to be changed, inside a transaction of Writers::together: " FOR NO KEY UPDATE";
  // "" where a writer has the books to itself.
  virtual const char* row_lock() const = 0;
  // Rises with every transaction that was rolled back and every lost connection: what was remembered is void.
  std::int64_t rollbacks() const { return rollbacks_; }

 protected:
  explicit SqlConnection(StoreAccess access) : access_(access) {}
  virtual SqlStatement& prepared(const std::string& sql) = 0;
  virtual std::unique_ptr<SqlStatement> streamed(const std::string& sql) = 0;
  virtual std::unique_ptr<SqlRowWriter> row_writer(const std::string& sql) = 0;
  virtual std::unique_ptr<SqlRowFinder> row_finder(const std::string& sql) = 0;
  virtual void make_ready() {}  // before the first use outside a transaction: an engine may have to connect again
  virtual void begin(Writers writers) = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;
  void forget() { ++rollbacks_; }
  StoreAccess access() const { return access_; }

 private:
  Status join(const std::function<Status()>& body);
  Status give_up(Error error);

  StoreAccess access_;
  std::thread::id owner_ = std::this_thread::get_id();
  bool in_transaction_ = false;
  Writers writers_ = Writers::one_at_a_time;  // of the running transaction
  std::optional<Error> fault_;                // of a call inside the running transaction: it can only be rolled back
  std::int64_t rollbacks_ = 0;
  int unfinished_ = 0;  // insert_many with rows that were not run
};

}  // namespace waybill::tracker
