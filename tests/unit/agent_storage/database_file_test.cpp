#include "agent/storage/database_file.h"

#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/storage/text_file.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::storage {

using testing::TemporaryFolder;

namespace {

const std::vector<std::string> kTable{"CREATE TABLE t (x BLOB)"};

bool one_line(const std::string& text) { return !text.empty() && text.find('\n') == std::string::npos; }

}  // namespace

TEST_CASE("a database is private, survives reopening, and is migrated once") {
  TemporaryFolder folder;
  const auto file = folder / "a.sqlite";
  {
    auto database = open_database(file, kTable);
    REQUIRE(database);
    REQUIRE(guarded(file, [&] { (*database)->exec("INSERT INTO t VALUES ('kept')"); }));
  }
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  auto again = open_database(file, {kTable[0], "CREATE TABLE second (y INTEGER)"});
  REQUIRE(again);
  CHECK((*again)->execAndGet("SELECT x FROM t").getString() == "kept");
  CHECK((*again)->execAndGet("SELECT COUNT(*) FROM second").getInt() == 0);
}

TEST_CASE("a later version's file is refused, unchanged") {
  TemporaryFolder folder;
  const auto file = folder / "a.sqlite";
  REQUIRE(open_database(file, {kTable[0], "CREATE TABLE second (y INTEGER)"}));
  const auto older = open_database(file, kTable);
  REQUIRE_FALSE(older);
  CHECK(older.error().message.find("later version") != std::string::npos);
  CHECK(open_database(file, {kTable[0], "CREATE TABLE second (y INTEGER)"}));
}

TEST_CASE("corrupt and unreadable files are named in one line, and left as they are") {
  TemporaryFolder folder;
  const auto file = folder / "a.sqlite";
  std::ofstream(file) << std::string(8192, 'x');
  const auto corrupt = open_database(file, kTable);
  REQUIRE_FALSE(corrupt);
  CHECK(corrupt.error().message.find(file.string()) != std::string::npos);
  CHECK(corrupt.error().message.find("corrupt") != std::string::npos);
  CHECK(one_line(corrupt.error().message));
  CHECK(std::filesystem::file_size(file) == 8192);

  const auto nowhere = open_database(folder / "missing" / "a.sqlite", kTable);
  REQUIRE_FALSE(nowhere);
  CHECK(one_line(nowhere.error().message));
  const auto is_folder = open_database(folder.path(), kTable);
  REQUIRE_FALSE(is_folder);
  CHECK(one_line(is_folder.error().message));
}

TEST_CASE("damage in the middle of a database is found at its opening") {
  TemporaryFolder folder;
  const auto file = folder / "a.sqlite";
  {
    auto database = open_database(file, kTable);
    REQUIRE(database);
    for (int i = 0; i < 200; ++i) (*database)->exec("INSERT INTO t VALUES (randomblob(1000))");
  }
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(2 * 4096);
    bytes << std::string(4096, '\xff');
  }
  const auto damaged = open_database(file, kTable);
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().message.find("corrupt") != std::string::npos);
}

TEST_CASE("a full disk is a transient failure that names the file and leaves the last commit whole") {
  TemporaryFolder folder;
  const auto file = folder / "a.sqlite";
  auto database = open_database(file, kTable);
  REQUIRE(database);
  (*database)->exec("INSERT INTO t VALUES ('before')");
  // A database that may not grow behaves as one on a full disk.
  (*database)->exec("PRAGMA max_page_count = 4");
  const auto full = guarded(file, [&] { (*database)->exec("INSERT INTO t VALUES (randomblob(100000))"); });
  REQUIRE_FALSE(full);
  CHECK(full.error().transient);
  CHECK(full.error().message.find("disk is full") != std::string::npos);
  CHECK(full.error().message.find(file.string()) != std::string::npos);
  CHECK((*database)->execAndGet("SELECT COUNT(*) FROM t").getInt() == 1);
}

TEST_CASE("text files are private, replaced whole, and read within a limit") {
  TemporaryFolder folder;
  const auto file = folder / "a.json";
  REQUIRE(write_text_file(file, "first"));
  REQUIRE(write_text_file(file, "second"));
  CHECK(*read_text_file(file, 100) == "second");
  CHECK_FALSE(std::filesystem::exists(folder / "a.json.new"));
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  const auto large = read_text_file(file, 3);
  REQUIRE_FALSE(large);
  CHECK(large.error().kind == ErrorKind::refused);
  CHECK_FALSE(read_text_file(folder / "absent", 100));
  CHECK_FALSE(write_text_file(folder / "absent" / "a.json", "x"));
}

}  // namespace waybill::storage
