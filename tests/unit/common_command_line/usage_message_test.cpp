#include "common/command_line/usage_message.h"

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

namespace waybill {
namespace {

// What is said of `words` by a program with `isp add --prefix P NAME`, `isp list` and `agents`.
std::string said_of(std::vector<std::string> words) {
  CLI::App program("a program", "program");
  program.require_subcommand(1);
  auto* isp = program.add_subcommand("isp", "ISPs");
  isp->require_subcommand(1);
  auto* add = isp->add_subcommand("add", "add one");
  std::string prefix, name;
  int number = 0;
  add->add_option("--prefix", prefix)->required();
  add->add_option("--asn", number);
  add->add_option("NAME", name)->required();
  isp->add_subcommand("list", "list them");
  program.add_subcommand("agents", "who is there");
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    program.parse(words);
  } catch (const CLI::Error& error) {
    return usage_message(program, error);
  }
  return "";
}

TEST_CASE("a good command line is not spoken of") {
  CHECK(said_of({"agents"}).empty());
  CHECK(said_of({"isp", "add", "SP1", "--prefix", "10.0.0.0/8"}).empty());
}

TEST_CASE("a command that is missing or unknown is named, with those that there are") {
  CHECK(said_of({}) == "a command is needed, one of: isp, agents (--help explains them)");
  CHECK(said_of({"isp"}) == "a command is needed, one of: add, list (--help explains them)");
  CHECK(said_of({"agnets"}) == "there is no command 'agnets'; there are: isp, agents");
  CHECK(said_of({"isp", "ad", "SP1"}) == "there is no command 'isp ad'; there are: add, list");
}

TEST_CASE("a misspelt option is named before what is missing for it") {
  CHECK(said_of({"isp", "add", "SP1", "--perfix", "10.0.0.0/8"}).find("no option '--perfix'") != std::string::npos);
  CHECK(said_of({"--json"}).find("no option '--json'") != std::string::npos);
}

TEST_CASE("missing, superfluous and unreadable arguments") {
  CHECK(said_of({"isp", "add", "--prefix", "10.0.0.0/8"}) == "NAME is required (--help shows the usage)");
  CHECK(said_of({"isp", "add", "--prefix", "10.0.0.0/8", "--"}) == "NAME is required (--help shows the usage)");
  CHECK(said_of({"isp", "list", "SP1"}) == "'SP1' is one argument too many (--help shows the usage)");
  const auto unreadable = said_of({"isp", "add", "SP1", "--prefix", "10.0.0.0/8", "--asn", "x"});
  CHECK(unreadable.find("--asn") != std::string::npos);
  CHECK(unreadable.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace waybill
