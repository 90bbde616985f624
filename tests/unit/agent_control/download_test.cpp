#include "agent/control/download.h"

#include <fstream>

#include <doctest/doctest.h>

#include "agent/control/output_file.h"
#include "common/crypto/digest.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::control {

namespace {

using Fault = transfer::SourceFailed::Fault;

constexpr std::int64_t kPiece = 1000;

protocol::ServeOrder order_from(char sender, char id) {
  protocol::ServeOrder order;
  order.id = OrderId::from_bytes(std::string(16, id)).value();
  order.sender = AgentKey::from_bytes(std::string(32, sender)).value();
  return order;
}

protocol::SourceOrder source(bool cdn, bool on_net) {
  protocol::SourceOrder facts;
  facts.source = Endpoint::parse("192.0.2.1:6881").value();
  facts.cdn_node = cdn;
  facts.on_net = on_net;
  facts.source_isp = "SP1";
  return facts;
}

Download begun() {
  Download download;
  download.began = {1000};
  download.piece_length = {kPiece};
  download.state.size = {9500};
  download.state.pieces_total = 10;
  download.state.phase = transfer::ContentState::Phase::downloading;
  return download;
}

transfer::FetchProgress progress(std::int64_t pieces, std::vector<protocol::OrderProgress> orders) {
  transfer::FetchProgress told;
  told.pieces_held = pieces;
  told.pieces_total = 10;
  told.rate = {500};
  told.orders = std::move(orders);
  return told;
}

}  // namespace

TEST_CASE("bytes by kind of source, on-net share, time left") {
  auto download = begun();
  download.state.pieces_held = 2;
  const auto peer = order_from('p', '1'), cdn = order_from('c', '2');
  add_source(download, peer, source(false, true));
  add_source(download, cdn, source(true, false));
  take(download, progress(6, {{peer.id, {3000}, {300}, true}, {cdn.id, {1000}, {200}, true}}));
  const auto view = view_of(download, "/films/a", {5000});
  CHECK(view.phase == "downloading");
  CHECK(view.bytes == 6000);
  CHECK(view.held_before == 2000);
  CHECK(view.bytes_from_peers == 3000);
  CHECK(view.bytes_from_cdn == 1000);
  CHECK(view.bytes_on_net == 3000);
  CHECK(view.peers == 1);
  CHECK(view.cdn_nodes == 1);
  CHECK(view.seconds_left == 7);
  CHECK(view.milliseconds == 4000);
}

TEST_CASE("orders of one sender are one source; what ended still counts; totals never fall") {
  auto download = begun();
  const auto first = order_from('p', '1'), second = order_from('p', '2');
  add_source(download, first, source(false, false));
  take(download, progress(3, {{first.id, {3000}, {0}, true}}));
  take(download, transfer::FetchEnded{{}, first.id, {3500}});
  add_source(download, second, source(false, false));
  take(download, progress(4, {{second.id, {500}, {10}, true}}));
  take(download, progress(4, {{second.id, {100}, {10}, true}}));
  const auto view = view_of(download, "", {2000});
  REQUIRE(view.sources.size() == 1);
  CHECK(view.sources[0].acked == AckedBytes{4000});
  CHECK(view.peers == 1);
  const auto message = progress_message(download);
  REQUIRE(message.orders.size() == 1);  // live ones alone
  CHECK(message.orders[0].order == second.id);
}

TEST_CASE("a complete content is all of its bytes, the short last piece included") {
  auto download = begun();
  download.state.pieces_held = 10;
  CHECK(view_of(download, "", {1000}).bytes == 9500);
  download.state.phase = transfer::ContentState::Phase::complete;
  CHECK(view_of(download, "", {1000}).phase == "complete");
  CHECK(view_of(download, "", {1000}).bytes == 9500);
}

TEST_CASE("the tracker hears of sources that refuse or cannot be used, not of lost connections") {
  auto download = begun();
  const auto peer = order_from('p', '1');
  add_source(download, peer, source(false, true));
  CHECK_FALSE(take(download, transfer::SourceFailed{{}, peer.id, Fault::lost, false, {}, {}, "lost"}));
  CHECK(has_live_source(download));
  const auto unreachable =
      take(download, transfer::SourceFailed{{}, peer.id, Fault::unreachable, false, {}, {}, "no answer"});
  REQUIRE(unreachable);
  CHECK(unreachable->order == peer.id);
  CHECK(has_live_source(download));
  const auto refused = take(
      download, transfer::SourceFailed{{}, peer.id, Fault::refused, true, protocol::Refusal::sharing_off, {}, "off"});
  REQUIRE(refused);
  CHECK(refused->reason == protocol::Refusal::sharing_off);
  CHECK_FALSE(has_live_source(download));
  CHECK(view_of(download, "", {1000}).phase == "waiting");
}

TEST_CASE("a revoked order is live no more") {
  auto download = begun();
  const auto peer = order_from('p', '1');
  add_source(download, peer, source(false, true));
  take_revoked(download, peer.id);
  CHECK_FALSE(has_live_source(download));
  take_revoked(download, order_from('q', '9').id);  // unknown: nothing
}

TEST_CASE("where a download goes") {
  testing::TemporaryFolder folder;
  CHECK(choose_output("", "/films", "name") == "/films/name");
  CHECK(choose_output("/elsewhere/file", "/films", "name") == "/elsewhere/file");
  CHECK(choose_output(folder.path(), "/films", "name") == folder / "name");
}

TEST_CASE("what stands in the way is refused by name, and nothing is touched unless forced") {
  testing::TemporaryFolder folder;
  const auto file = folder / "film";
  CHECK(prepare_output(file, {10}, false) == Place::free);
  std::ofstream(file) << "0123456789";
  CHECK(prepare_output(file, {10}, false) == Place::occupied);
  const auto other = prepare_output(file, {11}, false);
  REQUIRE_FALSE(other);
  CHECK(other.error().message.find("--force") != std::string::npos);
  CHECK(std::filesystem::file_size(file) == 10);
  CHECK(prepare_output(file, {11}, true) == Place::free);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK_FALSE(prepare_output(folder / "missing" / "film", {1}, true));
  std::filesystem::create_directory(folder / "sub");
  CHECK_FALSE(prepare_output(folder / "sub", {1}, true));
  const auto full = prepare_output(file, {std::int64_t{1} << 60}, false);
  REQUIRE_FALSE(full);
  CHECK(full.error().message.find("disk is full") != std::string::npos);
}

}  // namespace waybill::control
