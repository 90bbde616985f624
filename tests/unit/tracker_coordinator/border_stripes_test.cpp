#include "tracker/coordinator/border_stripes.h"

#include <set>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"

namespace waybill::tracker {

using protocol::PieceRange;

namespace {

std::set<std::int64_t> pieces_of(const std::vector<PieceRange>& ranges) {
  std::set<std::int64_t> pieces;
  std::int64_t next = -1;
  for (const auto& range : ranges) {
    CHECK(range.count >= 1);
    CHECK(range.first > next);  // ascending, with a gap
    for (auto piece = range.first; piece < range.first + range.count; ++piece) CHECK(pieces.insert(piece).second);
    next = range.first + range.count;
  }
  return pieces;
}

// Each piece is exactly one receiver's; the shares differ by one run at most.
void check_whole(const BorderStripes& stripes, std::int64_t pieces) {
  std::set<std::int64_t> all;
  std::int64_t fewest = pieces, most = 0;
  for (const auto receiver : stripes.all()) {
    const auto ranges = stripes.ranges_of(receiver, {});
    CHECK(ranges.size() <= protocol::kMaxPieceRanges);
    const auto mine = pieces_of(ranges);
    for (const auto piece : mine) CHECK(all.insert(piece).second);
    fewest = std::min<std::int64_t>(fewest, static_cast<std::int64_t>(mine.size()));
    most = std::max<std::int64_t>(most, static_cast<std::int64_t>(mine.size()));
  }
  CHECK(static_cast<std::int64_t>(all.size()) == pieces);
  const auto longest_run = (pieces + kMaxStripes - 1) / kMaxStripes;
  const auto runs = std::min(pieces, kMaxStripes);
  const auto at_most =
      (runs + static_cast<std::int64_t>(stripes.receivers()) - 1) / static_cast<std::int64_t>(stripes.receivers());
  CHECK(most <= at_most * longest_run);
}

}  // namespace

TEST_CASE("whoever comes and goes, every piece is one receiver's, and the shares are even") {
  for (const std::int64_t pieces : {1, 2, 7, 240, 241, 977, 4'096}) {
    BorderStripes stripes(pieces);
    for (AgentIndex receiver = 10; receiver < 25; ++receiver) {
      stripes.join(receiver);
      check_whole(stripes, pieces);
    }
    for (const AgentIndex receiver : {12u, 24u, 10u, 11u, 19u}) {
      stripes.leave(receiver);
      CHECK_FALSE(stripes.has(receiver));
      check_whole(stripes, pieces);
    }
  }
}

TEST_CASE("a receiver that comes takes from the others no more than its share, so that what was fetched stays of use") {
  BorderStripes stripes(976);
  for (AgentIndex receiver = 1; receiver <= 5; ++receiver) stripes.join(receiver);
  std::map<AgentIndex, std::set<std::int64_t>> before;
  for (const auto receiver : stripes.all()) before[receiver] = pieces_of(stripes.ranges_of(receiver, {}));
  stripes.join(6);
  for (const auto& [receiver, pieces] : before) {
    for (const auto piece : pieces_of(stripes.ranges_of(receiver, {}))) CHECK(pieces.contains(piece));
  }
  CHECK(pieces_of(stripes.ranges_of(6, {})).size() >= 976 / 6 - 5);
}

TEST_CASE("the parts of several ISPs: each run comes from the CDN for one of them, from the others for the rest") {
  BorderStripes stripes(240);
  stripes.join(1);
  stripes.join(2);
  for (const AgentIndex receiver : {1u, 2u}) {
    const auto all = pieces_of(stripes.ranges_of(receiver, {}));
    std::set<std::int64_t> together;
    for (int part = 0; part < 3; ++part) {
      const auto cdn = pieces_of(stripes.ranges_of(receiver, {part, 3, false}));
      const auto others = pieces_of(stripes.ranges_of(receiver, {part, 3, true}));
      for (const auto piece : cdn) {
        CHECK(piece % 3 == part);
        CHECK_FALSE(others.contains(piece));
        together.insert(piece);
      }
      CHECK(cdn.size() + others.size() == all.size());
    }
    CHECK(together == all);
  }
}

TEST_CASE("of a single piece the second receiver has nothing to fetch") {
  BorderStripes stripes(1);
  stripes.join(1);
  stripes.join(2);
  CHECK(stripes.ranges_of(1, {}).size() == 1);
  CHECK(stripes.ranges_of(2, {}).empty());
}

}  // namespace waybill::tracker
