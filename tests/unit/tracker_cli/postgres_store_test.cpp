// A tracker whose books are in PostgreSQL: every command says what it says of books in a file.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/tracker_cli/tracker_program.h"

using namespace waybill;
using namespace waybill::tracker;
using contract::PostgresServer;

namespace {

const std::vector<std::vector<std::string>> kChanges{
    {"isp", "add", "SP1", "--prefix", "198.18.1.0/24", "--timezone", "Europe/Berlin"},
    {"isp", "add", "SP2", "--prefix", "198.18.2.0/24"},
    {"isp", "add", "SP2"},
    {"isp", "add", "SP3", "--prefix", "198.18.1.0/24"},
    {"agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR", "--from",
     "2026-01-01"},
    {"isp", "remove", "SP1"},
    {"isp", "remove", "SP2"},
};
const std::vector<std::vector<std::string>> kQuestions{
    {"isp", "list"},     {"isp", "show", "SP1"}, {"agreement", "list"}, {"content", "list"},    {"records"},
    {"report", "bytes"}, {"report", "files"},    {"report", "balance"}, {"isp", "show", "SP7"},
};

// With the data directory's name taken out, which errors may tell.
std::string transcript(const TrackerProgram& program, const std::filesystem::path& data,
                       const std::vector<std::vector<std::string>>& commands, const std::vector<std::string>& options) {
  std::string text;
  for (auto command : commands) {
    for (const auto& word : command) text += word + " ";
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {"--data", data.string()});
    const auto run = program.run_bare(command);
    text += "-> " + std::to_string(run.status) + "\n" + run.out + run.err;
  }
  for (auto at = text.find(data.string()); at != std::string::npos; at = text.find(data.string())) {
    text.replace(at, data.string().size(), "DATA");
  }
  return text;
}

ProgramRun init(const TrackerProgram& program, const std::filesystem::path& data, const std::string& store) {
  return program.run_bare(
      {"init", data.string(), "--public-host", "127.0.0.1", "--listen", "127.0.0.1:7443", "--store", store});
}

}  // namespace

TEST_CASE("every command on books in PostgreSQL says what it says of books in a file") {
  const TrackerProgram program;
  const contract::PostgresEngine engine;
  const auto data = program.file("on postgresql");
  const auto made = init(program, data, engine.where());
  REQUIRE_MESSAGE(made.status == 0, made.err);
  CHECK_FALSE(std::filesystem::exists(data / "tracker.db"));
  const auto changed = transcript(program, data, kChanges, {});
  CHECK(changed.find("SP2 already") != std::string::npos);
  CHECK(changed == transcript(program, program.data(), kChanges, {}));
  for (const auto& options : {std::vector<std::string>{}, std::vector<std::string>{"--json"}}) {
    CHECK(transcript(program, data, kQuestions, options) == transcript(program, program.data(), kQuestions, options));
  }
  CHECK(PostgresServer::ask(engine.where(), "SELECT name FROM isps") == std::vector<std::string>{"SP1"});
}

TEST_CASE("books of one tracker are not taken over by another one's init; nothing is left of it") {
  const TrackerProgram program;
  const contract::PostgresEngine engine;
  REQUIRE(init(program, program.file("first"), engine.where()).status == 0);
  const auto before = engine.dump();
  const auto second = init(program, program.file("second"), engine.where());
  CAPTURE(second.err);
  CHECK(second.status == 1);
  CHECK(second.err.find("copy of the first one's data directory") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(program.file("second")));
  CHECK(engine.dump() == before);
}

TEST_CASE("an unreachable or unwritable --store is refused, and the setting stays as it was") {
  const TrackerProgram program;
  const auto settings = [&] {
    std::ifstream input(program.data() / "tracker.conf");
    return std::string{std::istreambuf_iterator<char>(input), {}};
  };
  const auto before = settings();
  const auto store = "postgresql://books:opensesame@/books?host=" + program.file("nowhere").string();
  const auto served = program.run({"serve", "--store", store});
  CHECK(served.status == 1);
  CHECK(served.err.find("is the server running") != std::string::npos);
  CHECK(served.err.find("opensesame") == std::string::npos);
  CHECK(settings() == before);
  const auto quoted = program.run({"serve", "--store", "a\"b"});
  CHECK(quoted.status != 0);
  CHECK(settings() == before);
}

TEST_CASE("serve --store moves a tracker to an empty database, for the commands too") {
  const TrackerProgram program;
  const contract::PostgresEngine engine;
  {
    const ServingTracker serving(program, {"--store", engine.where()});
    CHECK(program.run({"isp", "add", "SP1", "--prefix", "198.18.1.0/24"}).status == 0);
    CHECK(program.run({"agents"}).status == 0);
  }
  CHECK(program.facts({"isp", "list"}).dump().find("SP1") != std::string::npos);
  CHECK(PostgresServer::ask(engine.where(), "SELECT name FROM isps") == std::vector<std::string>{"SP1"});
  const ServingTracker again(program);
  CHECK(program.run({"isp", "add", "SP2"}).status == 0);
  CHECK(PostgresServer::ask(engine.where(), "SELECT count(*) FROM isps") == std::vector<std::string>{"2"});
}
