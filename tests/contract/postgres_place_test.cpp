// What can be wrong with the PostgreSQL server or database that is named: each refused or failed in one line.
#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"

using namespace waybill;
using namespace waybill::tracker;
using contract::PostgresEngine;
using contract::PostgresServer;

namespace {

Error error_of(const std::string& url, StoreAccess access = StoreAccess::read_write) {
  const auto store = open_store(url, access);
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find('\n') == std::string::npos);
  return store.error();
}

void check_error(const std::string& url, ErrorKind kind, const std::string& part,
                 StoreAccess access = StoreAccess::read_write) {
  const auto error = error_of(url, access);
  CHECK(error.kind == kind);
  CHECK_MESSAGE(error.message.find(part) != std::string::npos, error.message);
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), by);
}

Isp isp_named(const std::string& name) {
  Isp isp;
  isp.name = name;
  return isp;
}

// As the server's operator would.
void end_sessions_of_stores(const std::string& url) {
  REQUIRE(PostgresServer::ask(url,
                              "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE application_name = "
                              "'waybill-tracker'") == std::vector<std::string>{"t"});
}

}  // namespace

TEST_CASE("a server that does not answer is a transient failure, and no password is told") {
  const contract::TemporaryFolder empty;
  const auto error = error_of("postgresql://books:opensesame@/books?host=" + empty.path().string());
  CHECK(error.kind == ErrorKind::failed);
  CHECK(error.transient);
  CHECK(error.message.find("is the server running") != std::string::npos);
  CHECK(error.message.find("opensesame") == std::string::npos);
}

TEST_CASE("a URL that is none is refused, and no password is told") {
  const auto error = error_of("postgresql://books:opensesame@[::1/books");
  CHECK(error.kind == ErrorKind::refused);
  CHECK(error.message.find("not understood") != std::string::npos);
  CHECK(error.message.find("opensesame") == std::string::npos);
}

TEST_CASE("a database, a schema or a user that is not there") {
  const auto url = contract::shared_postgres().url();
  check_error(replaced(url, "/books?", "/other?"), ErrorKind::refused, "does not exist", StoreAccess::create);
  check_error(url + "&options=-csearch_path%3Dnone", ErrorKind::refused, "no schema", StoreAccess::create);
  check_error(replaced(url, "books@", "stranger@"), ErrorKind::failed, "stranger", StoreAccess::create);
}

TEST_CASE("the tables of another program stay as they are") {
  const PostgresEngine engine;
  PostgresServer::ask(engine.where(), "CREATE TABLE theirs(x int)");
  check_error(engine.where(), ErrorKind::refused, "not a database of waybill-tracker");
  check_error(engine.where(), ErrorKind::refused, "not a database of waybill-tracker", StoreAccess::create);
  CHECK(PostgresServer::ask(engine.where(), "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()") ==
        std::vector<std::string>{"theirs"});
}

TEST_CASE("books that a later version has written") {
  const PostgresEngine engine;
  { open(engine); }
  PostgresServer::ask(engine.where(), "UPDATE waybill_schema SET version = 999");
  for (const auto access : {StoreAccess::create, StoreAccess::read_write, StoreAccess::read_only}) {
    check_error(engine.where(), ErrorKind::refused, "written by a later version", access);
  }
}

TEST_CASE("a server that may lose what it committed, or holds texts of another encoding, is refused") {
  PostgresServer server;
  const auto fsync_is = [&](const std::string& value) {
    PostgresServer::ask(server.url(), "ALTER SYSTEM SET fsync = " + value);
    server.stop();
    server.start();
  };
  PostgresServer::ask(server.url(), "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc");
  check_error(replaced(server.url(), "/books?", "/latin?"), ErrorKind::refused, "UTF-8", StoreAccess::create);
  fsync_is("off");
  check_error(server.url(), ErrorKind::refused, "fsync", StoreAccess::create);
  fsync_is("on");
  CHECK(open_store(server.url(), StoreAccess::create));
}

TEST_CASE("a session that was ended inside a transaction is a transient failure; the next call connects again") {
  PostgresServer server;
  const auto store = open_store(server.url(), StoreAccess::create).value();
  const auto status = store->transact([&]() -> Status {
    REQUIRE(store->registry().add_isp(isp_named("SP1")));
    end_sessions_of_stores(server.url());
    const auto lost = store->registry().add_isp(isp_named("SP2"));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().transient);
    return {};
  });
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::failed);
  CHECK(status.error().transient);
  CHECK(store->registry().isps()->empty());
  CHECK(store->registry().add_isp(isp_named("SP1")));
  end_sessions_of_stores(server.url());  // between two calls: none of them notices
  CHECK(store->registry().isps()->size() == 1);
}

TEST_CASE("a server that was killed inside a transaction leaves nothing half written") {
  PostgresServer server;
  const auto store = open_store(server.url(), StoreAccess::create).value();
  REQUIRE(store->evidence().add_orders({sample::issue({.number = 1})}));
  const auto before = contract::dump_postgres(server.url());
  const auto status = store->transact([&]() -> Status {
    REQUIRE(store->evidence().add_orders({sample::issue({.number = 2})}));
    REQUIRE(store->registry().add_isp(isp_named("SP1")));
    server.kill();
    return {};
  });
  REQUIRE_FALSE(status);
  CHECK(status.error().transient);
  const auto down = store->registry().isps();
  REQUIRE_FALSE(down);
  CHECK(down.error().transient);
  server.start();
  CHECK(contract::dump_postgres(server.url()) == before);
  CHECK(store->evidence().find_orders({sample::order_id(1), sample::order_id(2)})->size() == 1);
  CHECK(store->evidence().add_orders({sample::issue({.number = 2})}));
}
