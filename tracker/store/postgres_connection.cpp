#include "tracker/store/migrations_detail.h"
#include "tracker/store/postgres_connection_detail.h"
#include "tracker/store/postgres_text_detail.h"

namespace waybill::tracker {

namespace {

// How long a statement waits for other transactions' locks: as long as SQLite's, see sqlite_connection.cpp.
constexpr char kLockTimeout[] = "SET lock_timeout = '10s'";
constexpr int kOldestServer = 150'000;  // version 15: what the contract is run against

// Advisory locks are the database's own; the name of the schema tells several trackers' books in it apart.
// Writers::together takes it shared, Writers::one_at_a_time alone: as on SQLite, what the latter has read stays true.
std::string books_lock(Writers writers) {
  return std::string("SELECT pg_advisory_xact_lock") + (writers == Writers::together ? "_shared" : "") +
         "(hashtextextended('waybill ' || current_schema(), 0))";
}

}  // namespace

Result<std::unique_ptr<SqlConnection>> PostgresConnection::open(const std::string& url, StoreAccess access,
                                                                std::optional<DurationMs> patience) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(url, access, patience));
  try {
    connection->session_.connect();
    connection->configure();
    if (auto status = connection->check_server(); !status) return pass_on(status);
    if (auto status = connection->prepare_schema(); !status) return pass_on(status);
    return connection;
  } catch (const SqlFailure& failure) {
    return tl::make_unexpected(failure.error());
  }
}

void PostgresConnection::configure() {
  session_.run(kLockTimeout);
  if (access() == StoreAccess::read_only) session_.run("SET default_transaction_read_only = on");
  if (patience_) session_.run("SET statement_timeout = " + std::to_string(patience_->value));
  // What was committed survives a crash of the server, whatever its default.
  if (session_.answer("SHOW synchronous_commit") == "off") session_.run("SET synchronous_commit = on");
}

Status PostgresConnection::check_server() {
  const auto& place = session_.place();
  if (std::stoi(session_.answer("SHOW server_version_num")) < kOldestServer) {
    return refuse(place + " is served by PostgreSQL " + session_.answer("SHOW server_version") +
                  "; the books need version 15 or later");
  }
  if (session_.answer("SHOW server_encoding") != "UTF8") {
    return refuse(place + " is not encoded in UTF-8; make it with `createdb --encoding UTF8`");
  }
  if (session_.answer("SHOW fsync") == "off" && access() != StoreAccess::read_only) {
    return refuse(place + " is served with fsync = off, which loses books in a crash; set it to on");
  }
  if (session_.answer("SELECT current_schema()").empty()) {
    return refuse(place + ": no schema of its search_path exists; make it first, or leave `options` out of the URL");
  }
  return {};
}

Result<std::int64_t> PostgresConnection::schema_version() {
  const auto& place = session_.place();
  const bool ours = session_.answer(
                        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND "
                        "tablename = 'waybill_schema'") != "0";
  if (!ours) {
    const auto theirs = session_.answer(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', "
        "'v', 'm', 'f') LIMIT 1");
    if (theirs.empty()) return 0;
    return refuse(place + " is not a database of waybill-tracker (it holds " + theirs +
                  "); name an empty one, or one that `init` made");
  }
  if (session_.answer("SELECT application FROM waybill_schema") != std::to_string(kApplicationId)) {
    return refuse(place + " is not a database of waybill-tracker; name one that `init` made");
  }
  return std::stoll(session_.answer("SELECT version FROM waybill_schema"));
}

Status PostgresConnection::prepare_schema() {
  const auto& place = session_.place();
  const auto version = schema_version();
  if (!version) return tl::make_unexpected(version.error());
  const auto latest = static_cast<std::int64_t>(migrations().size());
  if (*version > latest) {
    return refuse(place + " was written by a later version (schema " + std::to_string(*version) + ", this one knows " +
                  std::to_string(latest) + "); upgrade waybill-tracker");
  }
  if (*version == latest) return {};
  if (*version == 0 && access() != StoreAccess::create) {
    return refuse("there are no books in " + place + "; run `waybill-tracker init` first");
  }
  if (access() == StoreAccess::read_only) return refuse(place + " is of an earlier version; start the tracker once");
  return transact([&] { return migrate(); }, Writers::one_at_a_time);
}

// Alone: a tracker that starts at the same time waits, and then finds it done.
Status PostgresConnection::migrate() {
  const auto version = schema_version();
  if (!version) return tl::make_unexpected(version.error());
  if (*version == 0) {
    session_.run("CREATE TABLE waybill_schema(application bigint NOT NULL, version bigint NOT NULL)");
    session_.run("INSERT INTO waybill_schema VALUES(" + std::to_string(kApplicationId) + ", 0)");
  }
  const auto& steps = migrations();
  for (auto next = static_cast<std::size_t>(*version); next < steps.size(); ++next) {
    session_.run(steps[next].postgres ? steps[next].postgres : postgres_schema_text(steps[next].sqlite));
  }
  if (*version < static_cast<std::int64_t>(steps.size())) {
    session_.run("UPDATE waybill_schema SET version = " + std::to_string(steps.size()));
  }
  return {};
}

SqlStatement& PostgresConnection::prepared(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<PostgresStatement>(session_, sql);
  return *statement;
}

std::unique_ptr<SqlStatement> PostgresConnection::streamed(const std::string& sql) {
  return std::make_unique<PostgresStream>(session_, sql, ++cursors_);
}
std::unique_ptr<SqlRowWriter> PostgresConnection::row_writer(const std::string& sql) {
  return std::make_unique<PostgresRowWriter>(session_, many_, sql);
}
std::unique_ptr<SqlRowFinder> PostgresConnection::row_finder(const std::string& sql) {
  return std::make_unique<PostgresRowFinder>(session_, many_, sql);
}

// Connects again where the session was lost. The books may be others by then (restored from a backup, say).
void PostgresConnection::make_ready() {
  if (session_.alive()) return;
  forget();
  session_.connect();
  configure();
  const auto version = schema_version();
  if (version && *version == static_cast<std::int64_t>(migrations().size())) return;
  session_.end();
  if (!version) throw SqlFailure(version.error());
  throw SqlFailure({ErrorKind::failed, false,
                    session_.place() + " holds books of another version since the connection was lost; restart"});
}

void PostgresConnection::begin(Writers writers) {
  WAYBILL_ASSERT(!session_.in_transaction(), "a change begins while rows are streamed");
  if (access() == StoreAccess::read_only) {
    session_.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return;
  }
  session_.run("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    session_.run(books_lock(writers));
  } catch (const SqlFailure&) {
    roll_back();
    throw;
  }
}

void PostgresConnection::commit() {
  const auto result = session_.run("COMMIT");
  // A transaction with a failed statement is rolled back by COMMIT, without an error.
  WAYBILL_ASSERT(std::string(PQcmdStatus(result.get())) == "COMMIT", "a failed transaction was to be committed");
}

void PostgresConnection::roll_back() noexcept {
  try {
    if (session_.in_transaction()) session_.run("ROLLBACK");
  } catch (const SqlFailure&) {
    session_.end();  // the server rolls back what it does not hear of again; the next call connects again
  }
}

}  // namespace waybill::tracker
