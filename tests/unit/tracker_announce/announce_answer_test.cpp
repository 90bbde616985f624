#include "tracker/announce/announce_answer.h"

#include <doctest/doctest.h>

#include "common/crypto/digest.h"
#include "common/protocol/bencode.h"
#include "tracker/announce/subscriber_key.h"
#include "tracker/announce/twin_torrent.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

Content content() {
  Content content;
  content.size = {40'000};
  content.piece_length = {16'384};
  content.pieces = 3;
  return content;
}

std::string twin(const std::string& before_info = "", const std::string& length = "40000",
                 const std::string& more = "") {
  return "d" + before_info + "4:infod" + more + "6:lengthi" + length +
         "e4:name4:film12:piece lengthi16384e6:pieces60:" + std::string(60, 'h') + "7:privatei1eee";
}

}  // namespace

TEST_CASE("sources are told compactly, each family under its own key (BEP 23, BEP 7)") {
  AnnounceAnswer answer;
  answer.sources = {*Endpoint::parse("192.0.2.1:6881"), *Endpoint::parse("[2001:db8::1]:258")};
  answer.complete = 2;
  answer.incomplete = 3;
  const std::string expected = "d8:completei2e10:incompletei3e8:intervali120e12:min intervali30e5:peers6:" +
                               std::string("\xc0\x00\x02\x01\x1a\xe1", 6) +
                               "6:peers618:" + std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x01\x02", 18) +
                               "e";
  CHECK(encode_answer(answer) == expected);
}

TEST_CASE("who does not want them compact gets a list (BEP 3)") {
  AnnounceAnswer answer;
  answer.compact = false;
  answer.sources = {*Endpoint::parse("[2001:db8::1]:258")};
  CHECK(encode_answer(answer).find("5:peersld2:ip11:2001:db8::14:porti258eee") != std::string::npos);
}

TEST_CASE("without a source there is an empty answer, a failure names its reason") {
  CHECK(encode_answer({}).find("5:peers0:") != std::string::npos);
  CHECK(encode_failure("no") == "d14:failure reason2:noe");
}

TEST_CASE("a scrape tells each content") {
  const auto hash = *TwinHash::from_bytes(std::string(20, 'x'));
  CHECK(encode_scrape({{hash, 1, 2, 3}}) ==
        "d5:filesd20:" + std::string(20, 'x') + "d8:completei1e10:downloadedi2e10:incompletei3eeee");
}

TEST_CASE("a twin is the content's own, or refused") {
  const auto read = read_twin(twin(), content());
  REQUIRE(read);
  const auto info = twin().substr(7, twin().size() - 8);
  CHECK(read->hash.str() == crypto::sha1(info));
  CHECK_FALSE(read_twin(twin("", "40001"), content()));
  CHECK_FALSE(read_twin(twin("8:announce3:url"), content()));
  CHECK_FALSE(read_twin(twin("", "40000", "5:filesle"), content()));
  auto other = content();
  other.piece_length = {32'768};
  other.pieces = 2;
  CHECK_FALSE(read_twin(twin(), other));
  CHECK_FALSE(read_twin(twin().substr(0, 40), content()));
}

TEST_CASE("an announce URL changes the torrent but not its info-hash") {
  const auto subscribed = with_announce(twin(), "http://t/announce/k", {});
  REQUIRE(subscribed);
  CHECK(*subscribed == twin("8:announce19:http://t/announce/k"));
  CHECK_FALSE(with_announce("le", "u", {}));
}

TEST_CASE("a torrent names the content's web seeds, and none where it has none (BEP 19)") {
  const auto subscribed = with_announce(twin(), "u", {{{}, "http://a/f", {}}, {{}, "http://b/f", {}}});
  REQUIRE(subscribed);
  const auto plain = twin("8:announce1:u");
  CHECK(*subscribed == plain.substr(0, plain.size() - 1) + "8:url-listl10:http://a/f10:http://b/fee");
  CHECK(with_announce(twin(), "u", {})->find("url-list") == std::string::npos);
}

TEST_CASE("a subscriber's key follows from the tracker's and its number") {
  const auto tracker = *crypto::KeyPair::from_seed(std::string(32, 's'));
  const auto other = *crypto::KeyPair::from_seed(std::string(32, 't'));
  const auto key = subscriber_key(tracker, 1);
  CHECK(key.size() == 2 * kSubscriberKeyBytes);
  CHECK(key == subscriber_key(tracker, 1));
  CHECK(key != subscriber_key(tracker, 2));
  CHECK(key != subscriber_key(other, 1));
  CHECK(subscriber_key_hash(key) == crypto::sha256(*from_hex(key)));
  CHECK_FALSE(subscriber_key_hash(key + "0"));
  CHECK_FALSE(subscriber_key_hash(std::string(40, 'x')));
  const auto here = *IpAddress::parse("192.0.2.1");
  CHECK(stock_receiver(1, here) == stock_receiver(1, here));
  CHECK(stock_receiver(1, here) != stock_receiver(2, here));
  CHECK(stock_receiver(1, here) != stock_receiver(1, *IpAddress::parse("192.0.2.2")));
}
