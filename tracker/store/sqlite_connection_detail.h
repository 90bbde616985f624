#pragma once
// One SQLite connection with its prepared statements. Private to this folder: SQLiteCpp's exceptions end here.
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "common/types/check.h"
#include "tracker/store/sqlite_query_detail.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

class SqliteConnection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& file, StoreAccess access);

  // The prepared statement for this text, made once. One use at a time.
  SqliteQuery query(const std::string& sql);
  void run(const char* sql) { database_.exec(sql); }
  std::int64_t last_row_id() const { return database_.getLastInsertRowid(); }

  // Every public call of the engine goes through one of these two. `body` returns a Result and may throw SQLite's
  // exceptions, which become failures.
  template <typename Body>
  auto read(Body&& body) -> decltype(body()) {
    assert_owner();
    try {
      return body();
    } catch (const SQLite::Exception& exception) {
      return tl::make_unexpected(error_of(exception));
    }
  }
  template <typename Body>
  auto write(Body&& body) -> decltype(body()) {
    std::optional<decltype(body())> result;
    const auto status = transact([&]() -> Status {
      result = body();
      if (!*result) return tl::make_unexpected(result->error());
      return {};
    });
    if (!status) return tl::make_unexpected(status.error());
    return *std::move(result);
  }

  Status transact(const std::function<Status()>& body);
  void assert_owner() const;
  const std::string& file() const { return file_; }
  // Rises with every transaction that was rolled back: what was remembered from inside it is void.
  std::int64_t rollbacks() const { return rollbacks_; }

 private:
  SqliteConnection(std::string file, StoreAccess access);
  void configure();
  Status prepare_schema();
  Status check_soundness();
  Status join(const std::function<Status()>& body);
  Status roll_back(Error error);
  Error error_of(const SQLite::Exception& exception) const;

  std::string file_;
  StoreAccess access_;
  std::thread::id owner_ = std::this_thread::get_id();
  SQLite::Database database_;
  std::unordered_map<std::string, std::unique_ptr<PreparedStatement>> statements_;
  bool in_transaction_ = false;
  std::optional<Error> fault_;  // of a call inside the running transaction: it can only be rolled back
  std::int64_t rollbacks_ = 0;
};

}  // namespace waybill::tracker
