#pragma once
// The engines that the contract is run against. A further engine is a further type here: it names a fresh place for
// each test, and can print all that it holds.
#include <filesystem>
#include <memory>
#include <string>

#include "tests/contract/postgres_server.h"
#include "tracker/store/store.h"

namespace waybill::contract {

// Every row of every table as text, but for the counts of refusals: the one thing that a refused receipt may change.
std::string dump_sqlite(const std::string& file);

class SqliteEngine {
 public:
  static constexpr const char* kName = "sqlite";
  std::string where() const { return (folder_.path() / "tracker.db").string(); }
  std::string dump() const { return dump_sqlite(where()); }

 private:
  TemporaryFolder folder_;
};

std::string dump_postgres(const std::string& url);

class PostgresEngine {
 public:
  static constexpr const char* kName = "postgresql";
  PostgresEngine() : url_(shared_postgres().url_of_fresh_schema()) {}
  std::string where() const { return url_; }
  std::string dump() const { return dump_postgres(url_); }

 private:
  std::string url_;
};

// Opens the engine's place; the test fails where that fails.
template <typename Engine>
std::unique_ptr<tracker::Store> open(const Engine& engine, tracker::StoreAccess access = tracker::StoreAccess::create) {
  auto store = tracker::open_store(engine.where(), access);
  if (!store) throw std::runtime_error(store.error().message);
  return *std::move(store);
}

}  // namespace waybill::contract

#define WAYBILL_ENGINES waybill::contract::SqliteEngine, waybill::contract::PostgresEngine
