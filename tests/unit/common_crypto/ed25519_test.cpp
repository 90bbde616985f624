#include "common/crypto/ed25519.h"

#include <thread>

#include <doctest/doctest.h>

#include "common/crypto/digest.h"

using namespace waybill;
using namespace waybill::crypto;

namespace {

KeyPair pair_of(std::string_view seed_hex) { return KeyPair::from_seed(from_hex(seed_hex).value()).value(); }

constexpr auto kThirdSeed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";

}  // namespace

TEST_CASE("a seed gives the public key of RFC 8032 7.1, tests 1 to 3") {
  CHECK(pair_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").public_key().hex() ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(pair_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").public_key().hex() ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(pair_of(kThirdSeed).public_key().hex() == "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
}

TEST_CASE("a signature covers domain, zero byte and payload, and is the same each time") {
  const auto key = pair_of(kThirdSeed);
  // From a plain transcription of RFC 8032 5.1 into Python, over "waybill test" 00 "hello".
  CHECK(key.sign("waybill test", "hello").hex() ==
        "899d9ae09eea1ea69c14531fbf7a9a1665c93cad212f34e5a658e9b9b459d720ba50045bd7e704c593efb68134b106255d913cacb5cef1"
        "ecf9d2fe42da76f90b");
  CHECK(key.sign("waybill test", "hello") == key.sign("waybill test", "hello"));
}

TEST_CASE("verify: true for the very same key, domain and payload only") {
  const auto key = KeyPair::generate();
  const ByteString payload("pay\0load", 8);
  const auto signature = key.sign("order", payload);
  CHECK(verify(key.public_key(), "order", payload, signature));
  CHECK_FALSE(verify(key.public_key(), "receipt", payload, signature));
  CHECK_FALSE(verify(key.public_key(), "order", "pay", signature));
  CHECK_FALSE(verify(KeyPair::generate().public_key(), "order", payload, signature));
  // The border between domain and payload is signed too.
  CHECK_FALSE(verify(key.public_key(), "orde", "r" + payload, signature));
}

TEST_CASE("verify: any flipped bit is noticed") {
  const auto key = KeyPair::generate();
  const ByteString payload = "twelve bytes";
  const auto signature = key.sign("order", payload);
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    auto forged = signature;
    forged.bytes[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
    CHECK_FALSE(verify(key.public_key(), "order", payload, forged));
  }
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    auto changed = payload;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    CHECK_FALSE(verify(key.public_key(), "order", changed, signature));
  }
}

TEST_CASE("verify: malformed keys and signatures are false, not an error") {
  const auto key = KeyPair::generate();
  const auto signature = key.sign("order", "x");
  PublicKey all_ones;
  all_ones.bytes.fill(0xff);
  CHECK_FALSE(verify(all_ones, "order", "x", signature));
  CHECK_FALSE(verify(PublicKey{}, "order", "x", signature));
  CHECK_FALSE(verify(key.public_key(), "order", "x", Signature{}));
  CHECK(verify(key.public_key(), "order", "x", signature));
}

TEST_CASE("seeds of another length are refused") {
  for (const std::size_t size : {0U, 31U, 33U}) {
    const auto made = KeyPair::from_seed(ByteString(size, 's'));
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("one key signs and verifies on several threads at once") {
  const auto key = KeyPair::generate();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&key, &good, i] {
      for (int round = 0; round < 50; ++round) {
        const auto payload = std::to_string(i * 1000 + round);
        if (verify(key.public_key(), "order", payload, key.sign("order", payload))) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 200);
}
