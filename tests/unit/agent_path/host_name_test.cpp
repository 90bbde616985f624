#include "agent/path/host_name.h"

#include <doctest/doctest.h>

#include "common/protocol/limits.h"

namespace waybill::agent {
namespace {

TEST_CASE("names that routers have are kept") {
  CHECK(clean_host_name("core1.SP1.Example.") == "core1.sp1.example");
  CHECK(clean_host_name("ge-0_0-1.r2.sp1.example") == "ge-0_0-1.r2.sp1.example");
  CHECK(clean_host_name("a") == "a");
  CHECK(clean_host_name(std::string(63, 'a') + ".b"));
}

TEST_CASE("anything else is no name") {
  for (const char* name : {"", ".", "a..b", ".a", "a b", "a;rm -rf", "a\nb", "\x1b[31mred", "caf\xc3\xa9.example",
                           "192.0.2.1", "-a.b", "a-.b", "*", "a/b", "<script>", "a.b.."}) {
    CHECK_MESSAGE(!clean_host_name(name), name);
  }
  CHECK_FALSE(clean_host_name(std::string_view("a\0b", 3)));
  CHECK_FALSE(clean_host_name(std::string(64, 'a') + ".b"));
}

TEST_CASE("a name is as long as the wire carries, at most") {
  std::string name(protocol::kMaxHopNameBytes, 'a');
  for (std::size_t i = 50; i < name.size(); i += 50) name[i] = '.';
  CHECK(clean_host_name(name) == name);
  CHECK_FALSE(clean_host_name(name + "a"));
}

}  // namespace
}  // namespace waybill::agent
