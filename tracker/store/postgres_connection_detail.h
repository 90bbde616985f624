#pragma once
// The books in one schema of a PostgreSQL database.
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "tracker/store/postgres_statement_detail.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class PostgresConnection final : public SqlConnection {
 public:
  static Result<std::unique_ptr<SqlConnection>> open(const std::string& url, StoreAccess access,
                                                     std::optional<DurationMs> patience);

  void run(const std::string& sql) override { session_.run(sql); }
  // Other rows may still refer to the locked ones.
  const char* row_lock() const override { return access() == StoreAccess::read_only ? "" : " FOR NO KEY UPDATE"; }

 private:
  PostgresConnection(const std::string& url, StoreAccess access, std::optional<DurationMs> patience)
      : SqlConnection(access), session_(url), patience_(patience) {}
  void configure();
  Status check_server();
  Status prepare_schema();
  Status migrate();
  Result<std::int64_t> schema_version();  // 0: there is none

  SqlStatement& prepared(const std::string& sql) override;
  std::unique_ptr<SqlStatement> streamed(const std::string& sql) override;
  std::unique_ptr<SqlRowWriter> row_writer(const std::string& sql) override;
  std::unique_ptr<SqlRowFinder> row_finder(const std::string& sql) override;
  void make_ready() override;
  void begin(Writers writers) override;
  void commit() override;
  void roll_back() noexcept override;

  PostgresSession session_;
  std::optional<DurationMs> patience_;  // of a statement
  std::unordered_map<std::string, std::unique_ptr<PostgresStatement>> statements_;
  PostgresManyStatements many_;
  std::int64_t cursors_ = 0;  // that were opened, for their names
};

}  // namespace waybill::tracker
