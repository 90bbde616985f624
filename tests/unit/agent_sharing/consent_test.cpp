#include "agent/sharing/consent.h"

#include <fstream>

#include <doctest/doctest.h>

#include "agent/sharing/rate_text.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::sharing {

using protocol::AgentRole;

TEST_CASE("a client shares nothing until its owner says so; a CDN node serves") {
  CHECK_FALSE(default_sharing(AgentRole::client).consented);
  CHECK(default_sharing(AgentRole::cdn_node).consented);
  testing::TemporaryFolder folder;
  CHECK_FALSE(load_sharing(folder / "sharing.json", AgentRole::client)->consented);
  CHECK(load_sharing(folder / "sharing.json", AgentRole::cdn_node)->consented);
}

TEST_CASE("what was said is kept, and part of it may be changed") {
  testing::TemporaryFolder folder;
  const auto file = folder / "sharing.json";
  auto state = apply(default_sharing(AgentRole::client), {true, ByteRate{2'000'000}, 3}, AgentRole::client);
  REQUIRE(state);
  REQUIRE(save_sharing(file, *state));
  CHECK(*load_sharing(file, AgentRole::client) == *state);
  const auto off = apply(*state, {false, std::nullopt, std::nullopt}, AgentRole::client);
  REQUIRE(off);
  CHECK_FALSE(off->consented);
  CHECK(off->upload_cap == ByteRate{2'000'000});
  CHECK(off->upload_slots == 3);
}

TEST_CASE("impossible wishes are refused") {
  const protocol::SharingState state;
  CHECK_FALSE(apply(state, {std::nullopt, std::nullopt, 0}, AgentRole::client));
  CHECK_FALSE(apply(state, {std::nullopt, std::nullopt, kMaxUploadSlots + 1}, AgentRole::client));
  CHECK_FALSE(apply(state, {std::nullopt, ByteRate{-1}, std::nullopt}, AgentRole::client));
  CHECK_FALSE(apply(default_sharing(AgentRole::cdn_node), {false, std::nullopt, std::nullopt}, AgentRole::cdn_node));
}

TEST_CASE("a file that cannot be understood is named: consent is not guessed") {
  testing::TemporaryFolder folder;
  const auto file = folder / "sharing.json";
  for (const char* text : {"", "{", "[]", "{}", R"({"share": "yes"})", R"({"share": true, "upload_cap": "fast"})",
                           R"({"share": true, "upload_slots": 1.5})", R"({"share": true, "upload_slots": 0})"}) {
    CAPTURE(text);
    std::ofstream(file) << text;
    const auto state = load_sharing(file, AgentRole::client);
    REQUIRE_FALSE(state);
    CHECK(state.error().message.find(file.string()) != std::string::npos);
    CHECK(state.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("rates as people write them") {
  CHECK(parse_rate("500KB/s") == ByteRate{500'000});
  CHECK(parse_rate("2 MB") == ByteRate{2'000'000});
  CHECK(parse_rate("10Mbit/s") == ByteRate{1'250'000});
  CHECK(parse_rate("1.5g") == ByteRate{1'500'000'000});
  CHECK(parse_rate("4096") == ByteRate{4096});
  CHECK(parse_rate("none") == ByteRate{0});
  for (const char* text : {"", "0", "-1MB", "fast", "1XB", "MB", "nan", "inf", "1e400", "0.1", "9e30"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rate(text));
  }
  CHECK(format_rate({1'234'567}) == "1.2 MB/s");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(64'000'000) == "64.0 MB");
  CHECK(format_bytes(999'999'999) == "1.0 GB");
}

}  // namespace waybill::sharing
