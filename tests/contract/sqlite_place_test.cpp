// What can be wrong with the file that SQLite is to open: each refused or failed in one line that names the file.
#include <atomic>
#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"

using namespace waybill;
using namespace waybill::tracker;
using contract::SqliteEngine;

namespace {

std::atomic<int> syncs{0};

}  // namespace

// In place of the C library's, so that they can be counted; whichever of them SQLite was built to call.
extern "C" int fdatasync(int file) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fdatasync, file));
}
extern "C" int fsync(int file) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fsync, file));
}

namespace {

std::string bytes_of(const std::string& file) {
  std::ifstream input(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(input), {}};
}

Error error_of(const SqliteEngine& engine, StoreAccess access = StoreAccess::read_write) {
  const auto store = open_store(engine.where(), access);
  REQUIRE_FALSE(store);
  const auto& message = store.error().message;
  CHECK(message.find(engine.where()) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  return store.error();
}

void check_error(const SqliteEngine& engine, ErrorKind kind, const std::string& part,
                 StoreAccess access = StoreAccess::read_write) {
  const auto error = error_of(engine, access);
  CHECK(error.kind == kind);
  CHECK_MESSAGE(error.message.find(part) != std::string::npos, error.message);
}

// Closed, so that all of it is in the one file.
void make_books(const SqliteEngine& engine) {
  auto store = contract::open(engine);
  std::vector<IssuedOrder> orders;
  for (int number = 0; number < 300; ++number) {
    sample::OrderPlan plan;
    plan.number = number;
    orders.push_back(sample::issue(plan));
  }
  REQUIRE(store->evidence().add_orders(orders));
}

}  // namespace

TEST_CASE("a URL and a path name the same file") {
  const SqliteEngine engine;
  make_books(engine);
  CHECK(open_store("sqlite://" + engine.where()));
}

TEST_CASE("a file that is no database stays as it is") {
  const SqliteEngine engine;
  const std::string text(10'000, 't');
  std::ofstream(engine.where()) << text;
  for (const auto access : {StoreAccess::create, StoreAccess::read_write, StoreAccess::read_only}) {
    check_error(engine, ErrorKind::refused, "is not a database", access);
  }
  CHECK(bytes_of(engine.where()) == text);
}

TEST_CASE("the database of another program stays as it is") {
  const SqliteEngine engine;
  { SQLite::Database(engine.where(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE theirs(x)"); }
  check_error(engine, ErrorKind::refused, "not a database of waybill-tracker");
  check_error(engine, ErrorKind::refused, "not a database of waybill-tracker", StoreAccess::create);
  CHECK(SQLite::Database(engine.where()).execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 1);
}

TEST_CASE("a database that a later version has written") {
  const SqliteEngine engine;
  make_books(engine);
  SQLite::Database(engine.where(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 999");
  check_error(engine, ErrorKind::refused, "written by a later version");
  check_error(engine, ErrorKind::refused, "written by a later version", StoreAccess::create);
}

TEST_CASE("a folder") {
  const contract::TemporaryFolder folder;
  const auto store = open_store(folder.path().string(), StoreAccess::create);
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find("is a folder") != std::string::npos);
}

TEST_CASE("a place that cannot be written") {
  const auto store = open_store("/proc/waybill/tracker.db", StoreAccess::create);
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find("cannot be opened") != std::string::npos);
}

TEST_CASE("a damaged database") {
  const SqliteEngine engine;
  make_books(engine);
  const auto size = bytes_of(engine.where()).size();
  REQUIRE(size > 100'000);
  {
    std::fstream file(engine.where(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2));
    file << std::string(8192, '\xa5');
  }
  check_error(engine, ErrorKind::failed, "is damaged");
}

TEST_CASE("a database cut short") {
  const SqliteEngine engine;
  make_books(engine);
  REQUIRE(truncate(engine.where().c_str(), static_cast<off_t>(bytes_of(engine.where()).size() / 2)) == 0);
  check_error(engine, ErrorKind::failed, "is damaged");
}

TEST_CASE("a file that may only be read") {
  const SqliteEngine engine;
  make_books(engine);
  REQUIRE(chmod(engine.where().c_str(), 0444) == 0);
  constexpr uid_t kNobody = 65534;
  const bool root = geteuid() == 0;  // root may write every file
  if (root) REQUIRE(seteuid(kNobody) == 0);
  check_error(engine, ErrorKind::failed, "read-only");
  if (root) REQUIRE(seteuid(0) == 0);
}

TEST_CASE("what a call committed was synced before it returned") {
  const SqliteEngine engine;
  const auto store = contract::open(engine);
  for (int number = 0; number < 3; ++number) {
    sample::OrderPlan plan;
    plan.number = number;
    const auto before = syncs.load();
    REQUIRE(store->evidence().add_orders({sample::issue(plan)}));
    CHECK(syncs > before);
  }
  const auto before = syncs.load();
  CHECK(store->evidence().find_orders({sample::order_id(1)})->size() == 1);
  CHECK(syncs == before);
}
