#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "common/protocol/enroll.h"
#include "tests/unit/tracker_cli/tracker_program.h"

namespace waybill::tracker {
namespace {

bool one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

void append(const std::filesystem::path& file, const std::string& text) { std::ofstream(file, std::ios::app) << text; }

TEST_CASE("init makes key, settings and books, and prints both enrol links") {
  const TrackerProgram program;
  struct stat facts {};
  REQUIRE(::stat((program.data() / "tracker.pem").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  REQUIRE(::stat((program.data() / "tracker.db").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(std::filesystem::exists(program.data() / "tracker.conf"));
  CHECK(program.init().out.find("waybill://127.0.0.1:7443/enroll?key=") != std::string::npos);
  CHECK(program.init().out.find("serve --data") != std::string::npos);
  const auto more = program.facts({"enroll-link", "--cdn-node"});
  const auto link = protocol::EnrollLink::parse(more.at("link").get<std::string>());
  REQUIRE(link.has_value());
  CHECK(link->port == 7443);
  CHECK(more.at("role") == "cdn_node");
  const auto key = crypto::KeyPair::load(program.data() / "tracker.pem");
  REQUIRE(key.has_value());
  CHECK(link->tracker_key == key->public_key());
}

TEST_CASE("init refuses a directory that holds anything, and leaves it as it was") {
  const TrackerProgram program;
  const auto before = program.dump();
  const auto again = program.run_bare({"init", program.data().string()});
  CHECK(again.status == 1);
  CHECK(one_line(again.err));
  CHECK(again.err.find("not empty") != std::string::npos);
  CHECK(program.dump() == before);
  const auto port = program.run_bare({"init", program.file("x").string(), "--listen", "127.0.0.1:0"});
  CHECK(port.status == 2);
  CHECK_FALSE(std::filesystem::exists(program.file("x")));
  const auto under_file = program.run_bare({"init", (program.data() / "tracker.conf" / "x").string()});
  CHECK(under_file.status == 1);
  CHECK(one_line(under_file.err));
}

TEST_CASE("usage: help is 0, nonsense is 2, both short of a data directory") {
  const TrackerProgram program;
  CHECK(program.run_bare({"--help"}).status == 0);
  CHECK(program.run_bare({"--version"}).out.find("waybill-tracker ") == 0);
  for (const auto* command : {"init", "serve", "enroll-link", "agents", "orders", "isp", "agreement", "component",
                              "content", "report", "records", "transfers", "settle", "verify", "audit"}) {
    const auto help = program.run_bare({command, "--help"});
    CHECK_MESSAGE(help.status == 0, command);
    CHECK_MESSAGE(help.out.find("Usage") != std::string::npos, command);
  }
  CHECK(program.run({"serve", "--listen", "here"}).status == 2);
  CHECK(program.run({"serve", "--log-level", "loud"}).status == 2);
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{},
        {"nonsense"},
        {"isp"},
        {"isp", "add"},
        {"report", "bytes", "--nonsense"},
        {"settle", "--isp", "SP1"},
        {"report", "bytes", "--format", "xml"},
        {"agents", "--for", "alice"},
        {"verify", "x", "--tracker-key", "zz"},
        {"settle", "--isp", "A", "--period", "2026", "--evidence", "--format", "csv"}}) {
    const auto run = program.run_bare(wrong);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK_MESSAGE(one_line(run.err), run.err);
  }
}

TEST_CASE("a data directory that is none, and settings that are wrong, are each named in one line") {
  const TrackerProgram program;
  const auto absent = program.run_bare({"isp", "list", "--data", program.file("absent").string()});
  CHECK(absent.status == 1);
  CHECK(one_line(absent.err));
  CHECK(absent.err.find("waybill-tracker init") != std::string::npos);
  const auto settings = program.data() / "tracker.conf";
  const auto refuses = [&](const std::string& line, const std::string& said) {
    const auto kept = program.file("kept");
    std::filesystem::copy_file(settings, kept);
    append(settings, line + "\n");
    for (const std::vector<std::string>& command : {std::vector<std::string>{"isp", "list"}, {"serve"}}) {
      const auto run = program.run(command);
      CHECK(run.status == 1);
      CHECK_MESSAGE(one_line(run.err), run.err);
      CHECK_MESSAGE(run.err.find(said) != std::string::npos, run.err);
      CHECK(run.err.find("tracker.conf") != std::string::npos);
    }
    std::filesystem::rename(kept, settings);
  };
  refuses("log-level = \"loud\"", "'log-level'");
  refuses("public-port = 99999", "'public-port'");
  refuses("colour = \"red\"", "'colour'");
  refuses("[section]\nx = 1", "'section.x'");
  CHECK(program.run({"isp", "list"}).status == 0);
}

TEST_CASE("a key that others may read, and a file that is no database, are refused") {
  const TrackerProgram program;
  ::chmod((program.data() / "tracker.pem").c_str(), 0644);
  auto run = program.run({"isp", "list"});
  CHECK(run.status == 1);
  CHECK(one_line(run.err));
  ::chmod((program.data() / "tracker.pem").c_str(), 0600);
  for (const auto* end : {"", "-wal", "-shm"})
    std::filesystem::remove(program.data() / ("tracker.db" + std::string(end)));
  run = program.run({"isp", "list"});
  CHECK(run.status == 1);
  CHECK(one_line(run.err));
  append(program.data() / "tracker.db", std::string(8192, 'x'));
  run = program.run({"isp", "list"});
  CHECK(run.status == 1);
  CHECK(one_line(run.err));
}

}  // namespace
}  // namespace waybill::tracker
