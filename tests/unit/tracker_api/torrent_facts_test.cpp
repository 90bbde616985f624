#include "tracker/api/torrent_facts.h"

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/unit/tracker_api/torrents.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using protocol::Dictionary;

namespace {

void refused(const ByteString& torrent, const std::string& why) {
  const auto facts = read_torrent_facts(torrent);
  REQUIRE_FALSE(facts);
  CHECK(facts.error().kind == ErrorKind::refused);
  CHECK_MESSAGE(facts.error().message.find(why) != std::string::npos, facts.error().message);
  CHECK(facts.error().message.find('\n') == std::string::npos);
}

}  // namespace

TEST_CASE("the facts of a torrent, and its id: SHA-256 of the info dictionary") {
  Dictionary info;
  const auto torrent = make_torrent({.spoil_info = [&](Dictionary& made) { info = made; }});
  const auto facts = read_torrent_facts(torrent);
  REQUIRE_MESSAGE(facts, (facts ? "" : facts.error().message));
  CHECK(facts->name == "film.mp4");
  CHECK(facts->size == ByteCount{5 << 20});
  CHECK(facts->piece_length == ByteCount{1 << 20});
  CHECK(facts->pieces == 5);
  CHECK(facts->content.hex() == to_hex(crypto::sha256(protocol::encode(info))));
  // A part of a piece is a piece; a file of one piece has no layer.
  CHECK(read_torrent_facts(make_torrent({.length = (4 << 20) + 1})).value().pieces == 5);
  CHECK(read_torrent_facts(make_torrent({.length = 1, .hashes = 0})).value().pieces == 1);
}

TEST_CASE("torrents that no agent could serve are refused, and why") {
  refused("", "torrent");
  refused("d4:infod", "torrent");
  refused(make_torrent() + "x", "torrent");
  refused(protocol::encode(Dictionary{{"info", 1}}), "no info dictionary");
  const auto with = [](const char* key, protocol::Value value) {
    return make_torrent({.spoil_info = [=](Dictionary& info) { info[key] = value; }});
  };
  refused(with("meta version", 1), "meta version");
  refused(with("private", 0), "private");
  refused(with("pieces", ByteString(20, 'p')), "hybrid");
  refused(with("file tree", Dictionary{}), "exactly one file");
  refused(with("file tree", 7), "exactly one file");
  refused(with("file tree", Dictionary{{"a", Dictionary{}}, {"b", Dictionary{}}}), "exactly one file");
  refused(with("file tree", Dictionary{{"folder", Dictionary{{"a", Dictionary{}}, {"", Dictionary{}}}}}),
          "exactly one file");
  refused(with("file tree", Dictionary{{"a", Dictionary{{"", 3}}}}), "torrent file");
  refused(make_torrent({.spoil_info = [](Dictionary& info) { info.erase("meta version"); }}), "meta version");
  refused(make_torrent({.spoil_info = [](Dictionary& info) { info.erase("private"); }}), "private");
  refused(make_torrent({.length = 0}), "length");
  refused(make_torrent({.length = -1}), "length");
  refused(make_torrent({.length = protocol::kMaxContentBytes + 1}), "length");
  refused(make_torrent({.piece_length = 3 << 19}), "power of two");
  refused(make_torrent({.piece_length = 1 << 13}), "piece length");
  refused(make_torrent({.piece_length = std::int64_t{1} << 29}), "piece length");
  refused(make_torrent({.length = (protocol::kMaxPieces + 1) << 14, .piece_length = 1 << 14}), "too many pieces");
}

TEST_CASE("a piece layer that is missing or of another length is refused") {
  refused(make_torrent({.hashes = 0}), "piece layer");
  refused(make_torrent({.hashes = 4}), "piece layer");
  refused(make_torrent({.hashes = 6}), "piece layer");
  refused(make_torrent({.spoil = [](Dictionary& torrent) { torrent.erase("piece layers"); }}), "piece layers");
  refused(make_torrent({.spoil = [](Dictionary& torrent) { torrent["piece layers"] = ByteString("x"); }}),
          "piece layers");
}
