#include "tracker/reports/text_table.h"

#include <random>

#include <doctest/doctest.h>

#include "tracker/reports/record_text.h"

namespace waybill::tracker {
namespace {

// A reader of RFC 4180 that knows nothing of the writer.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      row.push_back(std::move(field));
      field.clear();
    } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      row.push_back(std::move(field));
      field.clear();
      rows.push_back(std::move(row));
      row.clear();
      ++i;
    } else {
      field += c;
    }
  }
  CHECK(field.empty());
  CHECK_FALSE(quoted);
  return rows;
}

TEST_CASE("CSV quotes what needs it") {
  const TextTable table{{{"name"}, {"say \"hi\""}}, {{"a,b", "line\nbreak"}, {"plain", "\"q\""}, {"", "x\r"}}};
  CHECK(render_csv(table) ==
        "name,\"say \"\"hi\"\"\"\r\n\"a,b\",\"line\nbreak\"\r\nplain,\"\"\"q\"\"\"\r\n,\"x\r\"\r\n");
}

TEST_CASE("any text survives CSV") {
  std::mt19937_64 random(20261123);
  const std::string alphabet = "ab,\"\r\n ;'\xc3\xa9";
  for (int round = 0; round < 300; ++round) {
    TextTable table{{{"one"}, {"two"}, {"three"}}, {}};
    for (std::uint64_t rows = random() % 5; rows > 0; --rows) {
      auto& row = table.rows.emplace_back();
      for (int i = 0; i < 3; ++i) {
        auto& cell = row.emplace_back();
        for (std::uint64_t length = random() % 8; length > 0; --length) cell += alphabet[random() % alphabet.size()];
      }
    }
    auto read = read_csv(render_csv(table));
    REQUIRE(read.size() == table.rows.size() + 1);
    read.erase(read.begin());
    CHECK(read == table.rows);
  }
}

TEST_CASE("tables are aligned, and a peer's text cannot drive the terminal") {
  const TextTable table{{{"NAME"}, {"BYTES", true}}, {{"SP1", "5"}, {"Bücher\x1b[2J", "12 345"}}};
  CHECK(render_table(table) ==
        "NAME         BYTES\n"
        "----------  ------\n"
        "SP1              5\n"
        "Bücher?[2J  12 345\n");
}

TEST_CASE("a component record has the form of FIG. 5") {
  ComponentRecord record;
  record.component.key = "router:router104b4";
  record.component.label = "router104b4";
  record.path = "ge5-2.bas1-m.dcn.acme.com exchange-cust1.svl.foo.net ge-0-1-0.gw.sr.example.com";
  record.owner = "MovieStudio";
  record.acked = {30000};
  record.start = {119'000};
  record.end = {153'000};
  record.title = "RobinHood";
  CHECK(record_text(record) ==
        "<router104b4> <ge5-2.bas1-m.dcn.acme.com exchange-cust1.svl.foo.net ge-0-1-0.gw.sr.example.com, MovieStudio, "
        "30000, 1970-01-01T00:01:59Z, 1970-01-01T00:02:33Z, RobinHood>");
  record.path.clear();
  record.title = "Robin\nHood";
  CHECK(record_text(record) ==
        "<router104b4> <-, MovieStudio, 30000, 1970-01-01T00:01:59Z, 1970-01-01T00:02:33Z, Robin?Hood>");
}

}  // namespace
}  // namespace waybill::tracker
