// Matrix, shares, what links carried and at which rate, order and limit: each against a plain recomputation.
#include <algorithm>
#include <functional>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;

const GeneratedBooks& books() {
  static const GeneratedBooks kBooks(31415926);
  return kBooks;
}

std::int64_t acked_where(const std::function<bool(const ExpectedReceipt&)>& wanted) {
  std::int64_t bytes = 0;
  for (const auto& receipt : books().receipts) bytes += wanted(receipt) ? receipt.acked : 0;
  return bytes;
}

std::string isp_name(int number) { return number == 0 ? "unknown" : "SP" + std::to_string(number); }

TEST_CASE("the matrix has every pair, and its rows and columns add up") {
  const auto facts = books().program.facts({"report", "matrix", "--owner", "MovieStudio"});
  const auto& rows = facts.at("rows");
  for (int from = 0; from <= 3; ++from) {
    std::int64_t sent = 0;
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const json& r) { return r.at("from") == isp_name(from); });
    for (int to = 0; to <= 3; ++to) {
      const auto bytes =
          acked_where([&](const auto& r) { return r.from == from && r.to == to && r.owner == "MovieStudio"; });
      sent += bytes;
      if (bytes > 0) {
        REQUIRE(row != rows.end());
        CHECK(row->at("to " + isp_name(to)) == bytes);
      }
    }
    if (row != rows.end()) CHECK(row->at("total") == sent);
  }
  CHECK(rows.back().at("from") == "total");
  CHECK(rows.back().at("total") == acked_where([](const auto& r) { return r.owner == "MovieStudio"; }));
  CHECK(rows.back().at("to SP2") == acked_where([](const auto& r) { return r.owner == "MovieStudio" && r.to == 2; }));
}

TEST_CASE("shares divide all bytes into on-net peers, off-net peers and CDN nodes") {
  const auto facts = books().program.facts({"report", "shares", "--group-by", "to"});
  CHECK(facts.at("acknowledged_bytes") == acked_where([](const auto&) { return true; }));
  CHECK(facts.at("cdn_node_bytes") == acked_where([](const auto& r) { return r.agreement == 0; }));
  CHECK(facts.at("spared_bytes") == acked_where([](const auto& r) { return r.agreement != 0; }));
  CHECK(facts.at("on_net_peer_bytes") ==
        acked_where([](const auto& r) { return r.agreement != 0 && r.from != 0 && r.from == r.to; }));
  std::int64_t rows_with_traffic = 0;
  for (const auto& row : facts.at("rows")) {
    for (int to = 0; to <= 3; ++to) {
      if (row.at("to") != isp_name(to)) continue;
      ++rows_with_traffic;
      CHECK(row.at("cdn_node_bytes") == acked_where([&](const auto& r) { return r.agreement == 0 && r.to == to; }));
      CHECK(row.at("off_net_peer_bytes") == acked_where([&](const auto& r) {
              return r.agreement != 0 && r.to == to && (r.from != r.to || r.from == 0);
            }));
    }
  }
  CHECK(rows_with_traffic == static_cast<std::int64_t>(facts.at("rows").size()));
}

TEST_CASE("traffic, class, and rows in order up to a limit") {
  const auto& program = books().program;
  CHECK(program.facts({"report", "bytes", "--traffic", "on-net"}).at("acknowledged_bytes") ==
        acked_where([](const auto& r) { return r.from == r.to && r.from != 0; }));
  CHECK(program.facts({"report", "bytes", "--class", "live"}).at("acknowledged_bytes") == 0);
  CHECK(program.facts({"report", "bytes", "--class", "file"}).at("acknowledged_bytes") ==
        acked_where([](const auto&) { return true; }));
  std::map<std::string, std::int64_t> titles;
  for (const auto& receipt : books().receipts) titles[receipt.title] += receipt.acked;
  const auto most =
      std::max_element(titles.begin(), titles.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  REQUIRE(titles.size() > 1);
  const auto top = program.facts({"report", "bytes", "--group-by", "title", "--order", "bytes", "--limit", "1"});
  REQUIRE(top.at("rows").size() == 1);
  CHECK(top.at("rows").at(0).at("title") == most->first);
  CHECK(top.at("rows").at(0).at("acknowledged_bytes") == most->second);
  CHECK(top.at("left_out").at("rows") == titles.size() - 1);
  CHECK(top.at("left_out").at("acknowledged_bytes") == acked_where([](const auto&) { return true; }) - most->second);
}

TEST_CASE("what each link carried") {
  const auto facts = books().program.facts({"report", "components", "--kind", "inter-isp-link", "--order", "bytes"});
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  REQUIRE(facts.at("rows").size() >= 4);
  for (const auto& row : facts.at("rows")) {
    const auto bytes = row.at("acknowledged_bytes").get<std::int64_t>();
    CHECK(bytes <= before);
    before = bytes;
    const auto key = row.at("component").get<std::string>();
    for (int from = 1; from <= 3; ++from) {
      for (int to = 1; to <= 3; ++to) {
        if (key != fmt::format("inter-isp-link:SP{}>SP{}", from, to)) continue;
        CHECK(bytes == acked_where([&](const auto& r) { return r.from == from && r.to == to; }));
      }
    }
  }
}

// Five minutes by five minutes, the silent ones too.
std::vector<std::int64_t> spans_of(int from, int to, TimeMs since, TimeMs until) {
  std::vector<std::int64_t> bytes(static_cast<std::size_t>((until - since).value / 300'000));
  for (const auto& receipt : books().receipts) {
    if (receipt.from != from || receipt.to != to || receipt.end < since || !(receipt.end < until)) continue;
    bytes[static_cast<std::size_t>((receipt.end - since).value / 300'000)] += receipt.acked;
  }
  return bytes;
}

TEST_CASE("percentile, peak and series of a link in one direction") {
  const auto& program = books().program;
  const TimeMs since{1'793'491'200'000};  // 2026-11-01T00:00Z
  const TimeMs until{1'796'083'200'000};  // 2026-12-01T00:00Z
  auto bytes = spans_of(2, 3, since, until);
  const auto peak = *std::max_element(bytes.begin(), bytes.end());
  REQUIRE(peak > 0);
  const auto series = program.facts({"report", "series", "--component", "SP2>SP3", "--period", "2026-11"}).at("rows");
  std::size_t busy = 0;
  for (const auto span : bytes) busy += span > 0 ? 1 : 0;
  std::size_t busy_rows = 0;
  for (const auto& row : series) busy_rows += row.at("acknowledged_bytes") > 0 ? 1 : 0;
  CHECK(busy_rows == busy);
  std::sort(bytes.begin(), bytes.end());
  for (const int percent : {95, 99, 100}) {
    const auto rank = (bytes.size() * static_cast<std::size_t>(percent) + 99) / 100;
    const auto facts = program.facts({"report", "percentile", "--component", "SP2>SP3", "--period", "2026-11",
                                      "--percent", std::to_string(percent)});
    CHECK(facts.at("spans") == 8640);
    REQUIRE(facts.at("rows").size() == 1);
    const auto& row = facts.at("rows").at(0);
    CHECK(row.at("percentile_bits_per_second") == bytes[rank - 1] * 8 / 300);
    CHECK(row.at("peak_bits_per_second") == peak * 8 / 300);
  }
}

TEST_CASE("what these cannot be asked is refused in one line") {
  const auto refused = [&](std::vector<std::string> words, const std::string& said, int status) {
    words.insert(words.begin(), "report");
    const auto run = books().program.run(words);
    CHECK_MESSAGE(run.status == status, run.err);
    CHECK_MESSAGE(run.err.find(said) != std::string::npos, run.err);
    CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, run.err);
    CHECK(run.out.empty());
  };
  refused({"bytes", "--order", "size"}, "one of name, bytes", 2);
  refused({"bytes", "--limit", "0"}, "--limit", 2);
  refused({"bytes", "--class", "vod"}, "file or live", 2);
  refused({"bytes", "--traffic", "both"}, "on-net, off-net", 2);
  refused({"matrix", "--source", "all-of-them"}, "--source", 2);
  refused({"matrix", "--since", "2026-11-20", "--until", "2026-11-03"}, "exchange --since and --until", 1);
  refused({"components", "--kind", "cable"}, "'cable' is not a kind", 2);
  refused({"components", "--component", "SP2>SP9"}, "SP2>SP9", 1);
  refused({"series", "--grain", "day"}, "5min, 15min or hour", 2);
  refused({"percentile"}, "--period", 2);
  refused({"percentile", "--since", "2026-11-03", "--percent", "101"}, "--percent", 2);
  refused({"percentile", "--period", "2026-11", "--order", "size"}, "one of percentile", 2);
}

}  // namespace
}  // namespace waybill::tracker
