// The real program: what it refuses, with one line on stderr, the exit status, and nothing left behind.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::cli {
namespace {

struct Said {
  int status = -1;
  std::string text;  // stdout and stderr together
};

Said run(const std::string& arguments) {
  const char* bin = std::getenv("WAYBILL_BIN");
  REQUIRE(bin != nullptr);
  FILE* pipe = ::popen(fmt::format("'{}/waybill-agent' {} 2>&1 </dev/null", bin, arguments).c_str(), "r");
  REQUIRE(pipe != nullptr);
  Said said;
  std::array<char, 4096> part{};
  for (std::size_t got; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;) said.text.append(part.data(), got);
  const int status = ::pclose(pipe);
  said.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

void refused(const std::string& arguments, int status, const std::string& word) {
  const auto said = run(arguments);
  CHECK_MESSAGE(said.status == status, arguments, ": ", said.text);
  CHECK_MESSAGE(said.text.find(word) != std::string::npos, arguments, ": ", said.text);
  CHECK_MESSAGE(said.text.find('\n') == said.text.size() - 1, arguments, ": ", said.text);
}

constexpr char kLink[] =
    "'waybill://127.0.0.1:1/enroll?key=0b2e2d8bd2b6b9c4e2b0d6f5a8a7a35e8e07e0a6a9f6d0a3a94fe6a6b4a3c1d2"
    "&token=00112233445566778899aabbccddeeff'";

}  // namespace

TEST_CASE("wrong usage is status 2 and one line that names the word at fault") {
  refused("", 2, "enroll, run, get");
  refused("pubish film", 2, "'pubish'");
  refused("get x --outptu y", 2, "'--outptu'");
  refused("run extra", 2, "'extra'");
  refused("enroll", 2, "LINK");
  refused("share maybe", 2, "maybe");
  refused("share on --cap lots", 2, "--cap");
  refused("share on --slots 0", 2, "--slots");
  refused("run --listen garbage", 2, "--listen");
  refused("run --upload-cap lots", 2, "--upload-cap");
  refused("run --log-level loud", 2, "--log-level");
  refused("get x --bind nowhere", 2, "--bind");
}

TEST_CASE("what was understood and cannot be done is status 1, one line, and leaves nothing behind") {
  const testing::TemporaryFolder folder;
  const auto data = (folder.path() / "outer" / "data").string();
  for (const auto* command : {"run", "status", "share on", "share show"}) {
    refused(fmt::format("{} --data {}", command, data), 1, "not enrolled");
  }
  refused(fmt::format("get http://127.0.0.1:1/ --data {}", data), 1, "not enrolled");
  refused(fmt::format("publish /dev/null --owner O --title T --data {}", data), 1, "no agent is running");
  refused(fmt::format("enroll nonsense --data {}", data), 1, "waybill://");
  refused(fmt::format("enroll {} --data {}", kLink, data), 1, "not reachable");
  CHECK(!std::filesystem::exists(folder.path() / "outer"));
}

}  // namespace waybill::cli
