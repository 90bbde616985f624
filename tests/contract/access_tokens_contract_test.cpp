#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tracker/store/access_tokens.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};

ByteString hash(char fill) { return ByteString(kTokenHashSize, fill); }

AccessToken isp_token() { return {0, "SP1's books", Role::isp, {7}, "", kNow, kNow + hours(24), std::nullopt}; }

}  // namespace

TEST_CASE_TEMPLATE("tokens are found by their hash, with role and end, and survive", Engine, WAYBILL_ENGINES) {
  Engine engine;
  AccessToken kept;
  {
    const auto store = contract::open(engine);
    const auto added = store->access_tokens().add(isp_token(), hash('a'));
    REQUIRE(added);
    kept = *added;
    REQUIRE(store->access_tokens().add({0, "Größe", Role::owner, {}, "Größe", kNow, kNow + hours(1), std::nullopt},
                                       hash('b')));
  }
  const auto store = contract::open(engine, StoreAccess::read_write);
  const auto found = store->access_tokens().find(hash('a'));
  REQUIRE(found);
  REQUIRE(*found);
  CHECK(**found == kept);
  CHECK(kept.in_force(kNow + hours(24) - DurationMs{1}));
  CHECK_FALSE(kept.in_force(kNow + hours(24)));
  REQUIRE(store->access_tokens().find(hash('c')));
  CHECK_FALSE(*store->access_tokens().find(hash('c')));
  REQUIRE(store->access_tokens().revoke(kept.id, kNow + hours(2)));
  const auto all = store->access_tokens().list();
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].revoked == kNow + hours(2));
  CHECK((*all)[0].in_force(kNow + hours(2) - DurationMs{1}));
  CHECK_FALSE((*all)[0].in_force(kNow + hours(2)));
  CHECK((*all)[1].owner == "Größe");
  // The name is free again.
  auto again = isp_token();
  again.created = kNow + hours(3);
  CHECK(store->access_tokens().add(again, hash('d')));
}

TEST_CASE_TEMPLATE("what tokens refuse changes nothing", Engine, WAYBILL_ENGINES) {
  Engine engine;
  const auto store = contract::open(engine);
  auto& tokens = store->access_tokens();
  const auto added = tokens.add(isp_token(), hash('a'));
  REQUIRE(added);
  const auto before = engine.dump();
  const auto refused = [&](const auto& outcome, const char* part) {
    contract::check_refused(engine, before, outcome, part);
  };
  refused(tokens.add(isp_token(), hash('b')), "in force already");
  auto other = isp_token();
  other.name = "other";
  refused(tokens.add(other, hash('a')), "such a token");
  refused(tokens.add(other, "short"), "32 bytes");
  other.expires = other.created;
  refused(tokens.add(other, hash('b')), "expires before");
  refused(tokens.revoke(added->id + 1, kNow), "no token");
  refused(tokens.revoke(added->id, kNow + hours(24)), "not in force");
}
