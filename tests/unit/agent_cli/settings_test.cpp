#include "agent/cli/settings.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "agent/cli/state_directory.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::cli {

namespace {

Result<Settings> read(const std::string& text) {
  testing::TemporaryFolder folder;
  std::ofstream(folder / "agent.conf") << text;
  return read_settings(folder / "agent.conf");
}

}  // namespace

TEST_CASE("every setting, with comments") {
  const auto settings = read(
      "# a comment\n\nlisten = \"127.0.0.2:6881\"  # the port\nbind = 127.0.0.2\ndata = /var/lib/x\n"
      "download_dir = \"/srv/my films\"\nupload_cap = 2 MB/s\nupload_slots = 4\nlow_memory = true\nutp = no\n"
      "map_port = on\nlog_level = debug\n");
  REQUIRE(settings);
  CHECK(settings->listen->str() == "127.0.0.2:6881");
  CHECK(settings->bind->str() == "127.0.0.2");
  CHECK(*settings->data == "/var/lib/x");
  CHECK(*settings->download_dir == "/srv/my films");
  CHECK(settings->upload_cap == ByteRate{2'000'000});
  CHECK(*settings->upload_slots == 4);
  CHECK(settings->low_memory);
  CHECK_FALSE(settings->utp);
  CHECK(settings->map_port);
  CHECK(*settings->log_level == runtime::LogLevel::debug);
}

TEST_CASE("the example that is shipped can be read, and says nothing that is not the default") {
  const char* source = std::getenv("WAYBILL_SOURCE");
  REQUIRE(source != nullptr);
  const auto settings = read_settings(std::string(source) + "/packaging/config/agent.conf");
  REQUIRE_MESSAGE(settings, (settings ? "" : settings.error().message));
  CHECK_FALSE(settings->listen);
  CHECK_FALSE(settings->low_memory);
}

TEST_CASE("a wrong line is refused with the file, the key and what is wrong") {
  for (const char* text :
       {"lissten = 1", "listen = here", "upload_cap = fast", "upload_slots = 0", "low_memory = maybe",
        "data = relative/path", "log_level = loud", "[section]\nlisten = 127.0.0.1:1", "= 3"}) {
    CAPTURE(text);
    const auto settings = read(text);
    REQUIRE_FALSE(settings);
    CHECK(settings.error().message.find("agent.conf") != std::string::npos);
    CHECK(settings.error().message.find('\n') == std::string::npos);
  }
  const auto unknown = read("lissten = 1");
  CHECK(unknown.error().message.find("lissten") != std::string::npos);
  CHECK_FALSE(read_settings("/nonexistent/agent.conf"));
}

TEST_CASE("the administrator's bounds hold whatever the owner permits; without receipts nothing is shared") {
  protocol::SharingState owner;
  owner.consented = true;
  owner.upload_slots = 8;
  Settings settings;
  CHECK(effective_sharing(owner, settings, true) == owner);
  CHECK_FALSE(effective_sharing(owner, settings, false).consented);
  settings.upload_cap = {1000};
  settings.upload_slots = 2;
  CHECK(effective_sharing(owner, settings, true).upload_cap == ByteRate{1000});
  CHECK(effective_sharing(owner, settings, true).upload_slots == 2);
  owner.upload_cap = {500};
  owner.upload_slots = 1;
  CHECK(effective_sharing(owner, settings, true).upload_cap == ByteRate{500});
  CHECK(effective_sharing(owner, settings, true).upload_slots == 1);
}

TEST_CASE("a second agent on one folder is refused in one line that names the first") {
  testing::TemporaryFolder folder;
  const StateDirectory directory{folder / "state"};
  REQUIRE(directory.create());
  auto first = StateLock::take(directory);
  REQUIRE(first);
  const auto second = StateLock::take(directory);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("process") != std::string::npos);
  CHECK(second.error().message.find(directory.root.string()) != std::string::npos);
  first->reset();
  CHECK(StateLock::take(directory));
}

}  // namespace waybill::cli
