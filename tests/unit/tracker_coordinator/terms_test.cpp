// What orders permit, and the ranking of candidates: the pure parts.
#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "coordinator_world.h"
#include "tracker/coordinator/order_terms.h"
#include "tracker/coordinator/selection.h"
#include "tracker/coordinator/swarm_records.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;

namespace {

TermsInput input() {
  TermsInput in;
  in.missing = {64 * kPiece};
  in.piece_length = {kPiece};
  in.spendable = kUnlimitedBytes;
  in.now = kNoon;
  in.life = minutes(10);
  return in;
}

Candidate candidate(AgentIndex agent, bool cdn, bool on_net, std::uint32_t load, std::uint32_t missing = 0) {
  Candidate c;
  c.agent = agent;
  c.cdn_node = cdn;
  c.on_net = on_net;
  c.load = load;
  c.missing_permille = missing;
  return c;
}

std::vector<AgentIndex> chosen(std::vector<Candidate> candidates, const SourceNeeds& needs) {
  const auto count = choose_sources(candidates, needs);
  std::vector<AgentIndex> agents;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    CHECK((candidates[i].verdict == Verdict::chosen) == (i < count));
    if (i < count) agents.push_back(candidates[i].agent);
  }
  return agents;
}

}  // namespace

TEST_CASE("the byte limit covers what is missing, with slack, and never more than the quota has") {
  auto in = input();
  CHECK(order_terms(in).byte_limit.value == 64 * kPiece + 4 * kPiece + 2 * kPiece);
  for (const std::int64_t left : {std::int64_t{0}, std::int64_t{1}, kPiece, 3 * kPiece, 100 * kPiece, 10000 * kPiece}) {
    in.spendable = left;
    CHECK(order_terms(in).byte_limit.value <= left);
    CHECK(order_terms(in).byte_limit.value <= 70 * kPiece);
  }
}

TEST_CASE("missing bytes count each piece whole, and never more than the content") {
  Content content;
  content.size = {10 * kPiece - 5};
  content.piece_length = {kPiece};
  content.pieces = 10;
  CHECK(missing_bytes(content, 0).value == 10 * kPiece - 5);
  CHECK(missing_bytes(content, 9).value == kPiece);
  CHECK(missing_bytes(content, 10).value == 0);
  CHECK(missing_bytes(content, 11).value == 0);
  CHECK(missing_bytes(content, -3).value == 10 * kPiece - 5);
  CHECK(least_useful(content, {kPiece / 2}).value == kPiece / 2);
  CHECK(least_useful(content, {5 * kPiece}).value == kPiece);
}

TEST_CASE("time ends with the order's life or the grant, whichever is first") {
  auto in = input();
  CHECK(order_terms(in).not_after == kNoon + minutes(10));
  in.grant_until = kNoon + minutes(3);
  CHECK(order_terms(in).not_after == kNoon + minutes(3));
  in.grant_until = kNoon + hours(3);
  CHECK(order_terms(in).not_after == kNoon + minutes(10));
}

TEST_CASE("the window is a quarter of what is missing, within its bounds") {
  auto in = input();
  CHECK(order_terms(in).ack_window.value == 16 * kPiece);
  in.missing = {1024 * kPiece};
  CHECK(order_terms(in).ack_window.value == protocol::kDefaultAckWindow);
  in.missing = {kPiece};
  CHECK(order_terms(in).ack_window.value == 12 * kPiece);
  in.piece_length = {64 * kPiece};  // a piece must fit, and the next one begin
  CHECK(order_terms(in).ack_window.value == 128 * kPiece);
}

TEST_CASE("the rate is limited by the sender's cap and by what the CDN should give, the lower of the two") {
  auto in = input();
  CHECK(order_terms(in).rate_limit.value == 0);
  in.upload_cap = {500};
  CHECK(order_terms(in).rate_limit.value == 500);
  in.cdn_limit = {700};
  CHECK(order_terms(in).rate_limit.value == 500);
  in.cdn_limit = {300};
  CHECK(order_terms(in).rate_limit.value == 300);
  in.upload_cap = {};
  CHECK(order_terms(in).rate_limit.value == 300);
}

TEST_CASE("nearness stands before load, load before fullness; one CDN node serves beside enough peers") {
  const std::vector<Candidate> all = {candidate(1, true, true, 5),        candidate(2, true, false, 1),
                                      candidate(3, false, false, 0),      candidate(4, false, true, 900),
                                      candidate(5, false, true, 100, 10), candidate(6, false, true, 100, 900),
                                      candidate(7, false, false, 10)};
  CHECK(chosen(all, {4, 0, 0}) == std::vector<AgentIndex>{5, 6, 4, 3, 2});
  CHECK(chosen(all, {2, 0, 0}) == std::vector<AgentIndex>{5, 6, 2});
  CHECK(chosen(all, {1, 0, 0}) == std::vector<AgentIndex>{5, 2, 1});  // few peers: two CDN nodes
  CHECK(chosen(all, {1, 1, 1}) == std::vector<AgentIndex>{5});
  CHECK(chosen(all, {0, 7, 0}) == std::vector<AgentIndex>{2});
  CHECK(chosen(all, {0, 7, 1}).empty());
}

TEST_CASE("a candidate with a fault is never chosen, and keeps its fault as the reason") {
  for (const auto fault :
       {Verdict::is_receiver, Verdict::already_source, Verdict::no_consent, Verdict::unreachable, Verdict::isp_unknown,
        Verdict::grant_closed, Verdict::upload_cap, Verdict::slots_full, Verdict::cooling_down}) {
    std::vector<Candidate> candidates = {candidate(1, false, true, 0), candidate(2, true, false, 0)};
    candidates[0].fault = fault;
    candidates[1].fault = fault;
    CHECK(choose_sources(candidates, {7, 0, 0}) == 0);
    CHECK(candidates[0].verdict == fault);
    CHECK(candidates[1].verdict == fault);
  }
}
