#pragma once
// The engines that the contract is run against. A further engine is a further type here: it names a fresh place for
// each test, and can print all that it holds.
#include <filesystem>
#include <memory>
#include <string>

#include "tracker/store/store.h"

namespace waybill::contract {

// A folder of one test's own, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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

// Opens the engine's place; the test fails where that fails.
template <typename Engine>
std::unique_ptr<tracker::Store> open(const Engine& engine, tracker::StoreAccess access = tracker::StoreAccess::create) {
  auto store = tracker::open_store(engine.where(), access);
  if (!store) throw std::runtime_error(store.error().message);
  return *std::move(store);
}

}  // namespace waybill::contract

#define WAYBILL_ENGINES waybill::contract::SqliteEngine
