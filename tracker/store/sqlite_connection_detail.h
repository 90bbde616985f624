#pragma once
// The books in one SQLite file.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "tracker/store/sql_connection_detail.h"
#include "tracker/store/sqlite_statement_detail.h"

namespace waybill::tracker {

class SqliteConnection final : public SqlConnection {
 public:
  static Result<std::unique_ptr<SqlConnection>> open(const std::string& file, StoreAccess access,
                                                     std::optional<DurationMs> patience);

  void run(const std::string& sql) override;
  const char* row_lock() const override { return ""; }

 private:
  SqliteConnection(const std::string& file, StoreAccess access, std::optional<DurationMs> patience);
  void configure();
  Status prepare_schema();
  Status check_soundness();
  SqliteStatement& prepare(const std::string& sql);

  SqlStatement& prepared(const std::string& sql) override { return prepare(sql); }
  std::unique_ptr<SqlStatement> streamed(const std::string& sql) override;
  std::unique_ptr<SqlRowWriter> row_writer(const std::string& sql) override;
  std::unique_ptr<SqlRowFinder> row_finder(const std::string& sql) override;
  void begin(Writers writers) override;
  void commit() override;
  void roll_back() noexcept override;

  std::string file_;
  std::optional<DurationMs> patience_;                // of a transaction
  std::chrono::steady_clock::time_point give_up_at_;  // where there is one
  SQLite::Database database_;
  std::unordered_map<std::string, std::unique_ptr<SqliteStatement>> statements_;
};

}  // namespace waybill::tracker
