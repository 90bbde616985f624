// What rows are split by, their order and limit, in files, shares, matrices and along the paths: each against a plain
// recomputation.
#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;

const GeneratedBooks& books() {
  static const GeneratedBooks kBooks(16180339);
  return kBooks;
}

std::string isp_name(int number) { return number == 0 ? "unknown" : "SP" + std::to_string(number); }

TEST_CASE("deliveries by whatever a receiver's end knows, wherever the bytes came from") {
  struct Count {
    std::int64_t deliveries = 0;
    std::set<std::string> files;
    bool operator==(const Count&) const = default;
  };
  std::map<std::vector<std::string>, Count> mine;
  for (const auto& each : books().deliveries) {
    const auto at = local_time(each.completed, "Europe/Berlin");
    auto& count = mine[{each.title, isp_name(each.isp), fmt::format("{:04}-{:02}", at.year, at.month)}];
    ++count.deliveries;
    count.files.insert(each.title + "/" + each.receiver);
  }
  const auto facts = books().program.facts(
      {"report", "files", "--group-by", "title,to,month", "--timezone", "Europe/Berlin", "--order", "deliveries"});
  CHECK(facts.at("deliveries") == books().deliveries.size());
  REQUIRE(facts.at("rows").size() == mine.size());
  REQUIRE(mine.size() > 3);
  auto before = std::numeric_limits<std::int64_t>::max();
  for (const auto& row : facts.at("rows")) {
    const auto& count = mine[{row.at("title"), row.at("to"), row.at("month")}];
    CHECK(row.at("deliveries") == count.deliveries);
    CHECK(row.at("files") == count.files.size());
    CHECK(row.at("deliveries").get<std::int64_t>() <= before);
    before = row.at("deliveries").get<std::int64_t>();
  }
  const auto one = books().program.facts({"report", "files", "--group-by", "title,to,month", "--timezone",
                                          "Europe/Berlin", "--order", "deliveries", "--limit", "1"});
  REQUIRE(one.at("rows").size() == 1);
  CHECK(one.at("rows").at(0) == facts.at("rows").at(0));
  CHECK(one.at("left_out").at("rows") == mine.size() - 1);
  CHECK(one.at("left_out").at("deliveries") ==
        books().deliveries.size() - one.at("rows").at(0).at("deliveries").get<std::size_t>());
  CHECK(books().program.facts({"report", "files", "--class", "live"}).at("deliveries") == 0);
  CHECK(books().program.facts({"report", "files", "--class", "file"}).at("deliveries") == books().deliveries.size());
}

TEST_CASE("shares in an order, the rest as one sum") {
  std::map<std::string, std::int64_t> cdn;
  std::int64_t all = 0;
  for (const auto& receipt : books().receipts) {
    cdn[receipt.title] += receipt.agreement == 0 ? receipt.acked : 0;
    all += receipt.acked;
  }
  const auto most =
      std::max_element(cdn.begin(), cdn.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto facts =
      books().program.facts({"report", "shares", "--group-by", "title", "--order", "cdn-nodes", "--limit", "1"});
  REQUIRE(facts.at("rows").size() == 1);
  const auto& row = facts.at("rows").at(0);
  CHECK(row.at("title") == most->first);
  CHECK(row.at("cdn_node_bytes") == most->second);
  CHECK(facts.at("left_out").at("rows") == cdn.size() - 1);
  CHECK(facts.at("left_out").at("acknowledged_bytes").get<std::int64_t>() +
            row.at("acknowledged_bytes").get<std::int64_t>() ==
        all);
}

TEST_CASE("a matrix for each owner and hour of the day") {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, std::int64_t> mine;
  for (const auto& receipt : books().receipts) {
    const auto at = local_time(receipt.end, "America/New_York");
    mine[{receipt.owner, fmt::format("{:02}:00", at.minute_of_day / 60), isp_name(receipt.from),
          isp_name(receipt.to)}] += receipt.acked;
  }
  const auto facts =
      books().program.facts({"report", "matrix", "--group-by", "owner,hour-of-day", "--timezone", "America/New_York"});
  REQUIRE(facts.at("pairs").size() == mine.size());
  for (const auto& pair : facts.at("pairs")) {
    const auto expected = mine[{pair.at("owner"), pair.at("hour_of_day"), pair.at("from"), pair.at("to")}];
    CHECK(pair.at("acknowledged_bytes") == expected);
  }
  std::int64_t all = 0;
  for (const auto& row : facts.at("rows")) {
    if (row.at("from") == "total") continue;
    std::int64_t sum = 0;
    for (int to = 0; to <= 3; ++to) {
      const auto found = mine.find({row.at("owner"), row.at("hour_of_day"), row.at("from"), isp_name(to)});
      const auto bytes = found == mine.end() ? 0 : found->second;
      if (row.contains("to " + isp_name(to))) CHECK(row.at("to " + isp_name(to)) == bytes);
      sum += bytes;
    }
    CHECK(row.at("total") == sum);
    all += sum;
  }
  CHECK(facts.at("rows").back().at("total") == all);
}

TEST_CASE("the matrix as CSV is its rows, with the columns' keys in front") {
  const auto facts = books().program.facts({"report", "matrix"});
  std::vector<std::string> keys{"from"};
  for (const auto& [key, value] : facts.at("rows").back().items()) {
    if (key.starts_with("to ")) keys.push_back(key);
  }
  keys.emplace_back("total");
  REQUIRE(keys.size() == 6);
  std::string csv;
  for (const auto& key : keys) csv += (csv.empty() ? "" : ",") + key;
  csv += "\r\n";
  for (const auto& row : facts.at("rows")) {
    std::string line;
    for (const auto& key : keys) {
      const auto& cell = row.at(key);
      line += (line.empty() ? "" : ",") + (cell.is_string() ? cell.get<std::string>() : cell.dump());
    }
    csv += line + "\r\n";
  }
  CHECK(books().program.run({"report", "matrix", "--format", "csv"}).out == csv);
}

TEST_CASE("bytes by what lies on the path, beside owners and senders") {
  std::map<std::vector<std::string>, std::int64_t> mine;
  for (const auto& receipt : books().receipts) {
    if (receipt.from == receipt.to || receipt.from == 0 || receipt.to == 0) continue;
    const auto link = isp_name(receipt.from) + ">" + isp_name(receipt.to);
    mine[{link, receipt.owner}] += receipt.acked;
  }
  const auto facts =
      books().program.facts({"report", "bytes", "--group-by", "inter-isp-link,owner", "--order", "bytes"});
  REQUIRE(facts.at("rows").size() >= 4);
  std::size_t direct = 0;
  auto before = std::numeric_limits<std::int64_t>::max();
  for (const auto& row : facts.at("rows")) {
    const auto bytes = row.at("acknowledged_bytes").get<std::int64_t>();
    CHECK(bytes <= before);
    before = bytes;
    const auto found = mine.find({row.at("inter_isp_link"), row.at("owner")});
    if (found == mine.end()) continue;
    CHECK(bytes == found->second);
    ++direct;
  }
  CHECK(direct >= 4);
  // The sum in front is of transfers, not of rows.
  CHECK(facts.at("acknowledged_bytes") == books().program.facts({"report", "bytes"}).at("acknowledged_bytes"));
  const auto top = books().program.facts(
      {"report", "bytes", "--group-by", "inter-isp-link,owner", "--order", "bytes", "--limit", "2"});
  CHECK(top.at("rows").size() == 2);
  CHECK(top.at("rows").at(0) == facts.at("rows").at(0));
  const auto by_link = books().program.facts({"report", "bytes", "--group-by", "inter-isp-link", "--from", "SP1"});
  for (const auto& row : by_link.at("rows")) {
    std::int64_t bytes = 0;
    for (const auto& receipt : books().receipts) {
      const auto link = isp_name(receipt.from) + ">" + isp_name(receipt.to);
      bytes += receipt.from == 1 && link == row.at("inter_isp_link") ? receipt.acked : 0;
    }
    CHECK(row.at("acknowledged_bytes") == bytes);
  }
}

// The same books after each ISP's network was said to lie in a country, and their records were resolved again by it.
const GeneratedBooks& books_with_countries() {
  static const GeneratedBooks kBooks(27182818);
  static const bool kResolved = [] {
    for (const auto* place : {"Germany 198.18.1.0/24", "USA 198.18.2.0/24", "Germany 198.18.3.0/24"}) {
      const auto text = std::string(place);
      const auto space = text.find(' ');
      kBooks.program.facts({"component", "add", "hall " + text.substr(space + 8, 1), "--kind", "place", "--prefix",
                            text.substr(space + 1), "--country", text.substr(0, space)});
    }
    kBooks.program.facts({"records", "re-resolve", "--since", "2026-01-01", "--yes"});
    return true;
  }();
  REQUIRE(kResolved);
  return kBooks;
}

// Where its path was seen to begin, pass and end: each country once. An unmeasured path shows the ends' ISPs alone.
std::set<std::string> countries_of(const ExpectedReceipt& receipt) {
  std::set<std::string> countries;
  if (!receipt.measured) return countries;
  for (const int isp : {receipt.from, receipt.to}) countries.insert(isp == 2 ? "USA" : "Germany");
  return countries;
}

TEST_CASE("a matrix for each country that the paths touch, by whatever the accounts know besides") {
  using Key = std::vector<std::string>;  // country, agreement, class, from, to
  std::map<Key, Counters> mine;
  std::map<std::string, std::int64_t> received;
  std::int64_t all = 0;
  const auto& books = books_with_countries();
  for (const auto& receipt : books.receipts) {
    if (receipt.agreement == 0) continue;
    all += receipt.acked;
    received["to " + isp_name(receipt.to)] += receipt.acked;
    for (const auto& country : countries_of(receipt)) {
      mine[{country, std::to_string(receipt.agreement), "file", isp_name(receipt.from), isp_name(receipt.to)}] +=
          Counters{{receipt.acked}, {receipt.sent}, 1};
    }
  }
  const auto facts =
      books.program.facts({"report", "matrix", "--group-by", "country,agreement,class", "--source", "peers"});
  REQUIRE(facts.at("pairs").size() == mine.size());
  REQUIRE(mine.size() > 10);
  for (const auto& pair : facts.at("pairs")) {
    const auto& expected =
        mine[{pair.at("country"), pair.at("agreement"), pair.at("class"), pair.at("from"), pair.at("to")}];
    CHECK(pair.at("acknowledged_bytes") == expected.acked.value);
    CHECK(pair.at("unacknowledged_bytes") == expected.unacknowledged().value);
    CHECK(pair.at("receipts") == expected.receipts);
  }
  // What touches two countries is in both matrices, and once in the sums.
  const auto& last = facts.at("rows").back();
  CHECK(last.at("total") == all);
  CHECK(facts.at("acknowledged_bytes") == all);
  for (const auto& [column, bytes] : received) CHECK(last.at(column) == bytes);
  const auto rows =
      books.program.facts({"report", "bytes", "--group-by", "country,agreement,class,isp-pair", "--source", "peers"});
  REQUIRE(rows.at("rows").size() == mine.size());
  for (const auto& row : rows.at("rows")) {
    const auto& expected =
        mine[{row.at("country"), row.at("agreement"), row.at("class"), row.at("from"), row.at("to")}];
    CHECK(row.at("acknowledged_bytes") == expected.acked.value);
  }
  const auto told = books.program.run({"report", "matrix", "--group-by", "country"}).out;
  CHECK(told.find("the matrices do not add up") != std::string::npos);
  const auto csv = books.program.run({"report", "matrix", "--group-by", "country", "--format", "csv"}).out;
  CHECK(csv.starts_with("country,from,to SP1,to SP2,to SP3,to unknown,total\r\nGermany,SP1,"));
}

TEST_CASE("along the paths too, one ISP's side is what it sent or received") {
  std::map<std::vector<std::string>, std::int64_t> mine;
  for (const auto& receipt : books_with_countries().receipts) {
    if (receipt.from != 3 && receipt.to != 3) continue;
    for (const auto& country : countries_of(receipt)) mine[{country, receipt.owner}] += receipt.acked;
  }
  const auto facts =
      books_with_countries().program.facts({"report", "bytes", "--group-by", "country,owner", "--involving", "SP3"});
  REQUIRE(facts.at("rows").size() == mine.size());
  for (const auto& row : facts.at("rows")) {
    const auto found = mine[{row.at("country"), row.at("owner")}];
    CHECK(row.at("acknowledged_bytes") == found);
  }
}

TEST_CASE("what a component carried for a client, or between two ISPs, in some hours of the day") {
  const auto& books = books_with_countries();
  std::int64_t to_bob = 0, evenings = 0;
  for (const auto& receipt : books.receipts) {
    if (!countries_of(receipt).contains("USA")) continue;
    to_bob += receipt.receiver == "bob" ? receipt.acked : 0;
    const bool evening = local_time(receipt.end, "Europe/Berlin").minute_of_day >= 18 * 60;
    evenings += evening && receipt.from == 1 && receipt.to == 2 ? receipt.acked : 0;
  }
  CHECK(to_bob > 0);
  CHECK(evenings > 0);
  const auto bytes = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"report", "bytes", "--component", "country:USA"});
    return books.program.facts(words).at("acknowledged_bytes");
  };
  CHECK(bytes({"--client", "bob"}) == to_bob);
  CHECK(bytes({"--from", "SP1", "--to", "SP2", "--between", "18:00-24:00"}) == evenings);
}

TEST_CASE("groups that make no sense are refused in one line, under the option's own name") {
  const auto refused = [&](std::vector<std::string> words, const std::string& said) {
    words.insert(words.begin(), "report");
    const auto run = books().program.run(words);
    CHECK_MESSAGE(run.status == 2, run.err);
    CHECK_MESSAGE(run.err.find(said) != std::string::npos, run.err);
    CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, run.err);
  };
  refused({"files", "--group-by", "from"}, "--group-by: a file comes from many senders");
  refused({"files", "--group-by", "country"}, "--group-by: a file comes from many senders");
  refused({"files", "--order", "size"}, "one of name, files, deliveries, bytes");
  refused({"shares", "--order", "size"}, "one of name, bytes, spared, cdn-nodes");
  refused({"shares", "--group-by", "router"}, "--group-by");
  refused({"matrix", "--group-by", "from"}, "--group-by: the matrix is by ISP already");
  refused({"matrix", "--group-by", "country,router"}, "--group-by: takes one kind");
  refused({"bytes", "--group-by", "country,city"}, "--group-by: takes one kind");
  refused({"bytes", "--group-by", "country", "--source", "servers"}, "--source");
  refused({"components", "--client", "alice"}, "--client");
  refused({"series", "--from", "SP1"}, "--from");
}

}  // namespace
}  // namespace waybill::tracker
