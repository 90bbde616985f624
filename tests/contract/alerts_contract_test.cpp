#include <doctest/doctest.h>

#include "common/crypto/digest.h"
#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tracker/store/alerts.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};
using State = AlertDeliveryState;

StoredAlertChannel channel(const std::string& name) {
  return {{}, name, R"({"kind":"webhook"})", ByteString("\0secret\xff", 8), kNow};
}

StoredAlertRule rule(const std::string& name, std::vector<AlertChannelId> channels = {}) {
  return {{}, name, R"({"name":"x"})", "{}", std::move(channels), kNow, std::nullopt};
}

AlertDeliveryId delivery_id(unsigned char number) {
  AlertDeliveryId id;
  id.bytes.fill(number);
  return id;
}

AlertRecord record(AlertRuleId rule, std::vector<AlertRecord::Told::Delivery> deliveries,
                   const std::string& event = "{\"kind\":\"raised\"}") {
  return {rule, R"({"raised":true})", AlertRecord::Told{kNow, event, std::move(deliveries)}};
}

}  // namespace

TEST_CASE_TEMPLATE("alert channels and rules", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& alerts = store->alerts();
  const auto mail = *alerts.add_channel(channel("mail"));
  const auto hook = *alerts.add_channel(channel("hook"));
  CHECK(*alerts.channels() == std::vector{hook, mail});  // by name
  CHECK(hook.secret.size() == 8);
  const auto both = *alerts.add_rule(rule("both", {mail.id, hook.id, mail.id}));
  CHECK(both.channels == std::vector{mail.id, hook.id});
  const auto every = *alerts.add_rule(rule("every"));
  CHECK(*alerts.rules(false) == std::vector{both, every});
  CHECK(*alerts.rule(both.id) == both);

  auto before = engine.dump();
  check_refused(engine, before, alerts.add_channel(channel("mail")), "already");
  check_refused(engine, before, alerts.add_rule(rule("both")), "already");
  check_refused(engine, before, alerts.add_rule(rule("other", {mail.id, {99}})), "99");
  check_refused(engine, before, alerts.rule({99}), "99");
  check_refused(engine, before, alerts.end_rule({99}, kNow), "99");
  check_refused(engine, before, alerts.remove_channel({99}, kNow), "99");

  CHECK(alerts.remove_channel(mail.id, kNow));
  CHECK(engine.dump().find(to_hex(mail.secret)) == engine.dump().rfind(to_hex(mail.secret)));  // hook's is left
  CHECK(alerts.rule(both.id)->channels == std::vector{hook.id});
  before = engine.dump();
  check_refused(engine, before, alerts.remove_channel(hook.id, kNow), "'both' tells this channel alone");
  CHECK(alerts.end_rule(both.id, kNow));
  before = engine.dump();
  check_refused(engine, before, alerts.end_rule(both.id, kNow), "ended");
  check_refused(engine, before, alerts.record(record(both.id, {})), "ended");
  CHECK(alerts.remove_channel(hook.id, kNow));
  CHECK(*alerts.rules(false) == std::vector{every});
  CHECK(alerts.rules(true)->size() == 2);
  CHECK(alerts.add_rule(rule("both")));  // the name is free again
  CHECK(alerts.add_channel(channel("mail")));
}

TEST_CASE_TEMPLATE("an alert and its deliveries are recorded whole or not at all", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& alerts = store->alerts();
  const auto one = *alerts.add_channel(channel("one"));
  const auto two = *alerts.add_channel(channel("two"));
  const auto made = *alerts.add_rule(rule("high"));
  CHECK(alerts.record(record(made.id, {{delivery_id(1), one.id}, {delivery_id(2), two.id}})));
  CHECK(alerts.rule(made.id)->state == R"({"raised":true})");
  CHECK(alerts.record({made.id, "{\"quiet\":1}", std::nullopt}));
  CHECK(alerts.events(made.id, 10)->size() == 1);

  const auto before = engine.dump();
  check_refused(engine, before, alerts.record(record(made.id, {{delivery_id(3), one.id}, {delivery_id(4), {99}}})),
                "99");
  check_refused(engine, before, store->transact([&]() -> Status {
    CHECK(alerts.record(record(made.id, {{delivery_id(3), one.id}})));
    return refuse("changed my mind");
  }),
                "changed my mind");

  // Reopened, as after a crash: the same deliveries under the same ids.
  store.reset();
  store = open(engine, StoreAccess::read_write);
  const auto waiting = *store->alerts().deliveries({});
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].id == delivery_id(1));
  CHECK(waiting[0].event.event == R"({"kind":"raised"})");
  CHECK(waiting[0].event.rule == made.id);
  CHECK(waiting[1].state == State::pending);
  CHECK(waiting[1].attempts == 0);
}

TEST_CASE_TEMPLATE("deliveries are claimed, retried and finished", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& alerts = store->alerts();
  const auto one = *alerts.add_channel(channel("one"));
  const auto two = *alerts.add_channel(channel("two"));
  const auto made = *alerts.add_rule(rule("high"));
  CHECK(alerts.record(record(made.id, {{delivery_id(9), one.id}, {delivery_id(2), two.id}}, "first")));
  CHECK(alerts.record(record(made.id, {{delivery_id(1), one.id}}, "second")));

  CHECK_FALSE(*alerts.claim_delivery(one.id, kNow - seconds(1), kNow + seconds(30)));  // not due
  const auto first = *alerts.claim_delivery(one.id, kNow, kNow + seconds(30));
  REQUIRE(first);
  CHECK(first->event.event == "first");  // the oldest, whatever its id
  CHECK(first->attempts == 1);
  const auto second = *alerts.claim_delivery(one.id, kNow, kNow + seconds(30));
  CHECK(second->event.event == "second");
  CHECK_FALSE(*alerts.claim_delivery(one.id, kNow + seconds(29), kNow + seconds(60)));  // both are being tried
  CHECK(alerts.finish_attempt(first->id, {State::pending, kNow, kNow + seconds(2), "503"}));
  CHECK_FALSE(*alerts.claim_delivery(one.id, kNow + seconds(1), kNow + seconds(60)));
  CHECK(alerts.claim_delivery(one.id, kNow + seconds(2), kNow + seconds(60))->value().attempts == 2);
  CHECK(alerts.finish_attempt(first->id, {State::delivered, kNow + seconds(3), {}, ""}));
  // A late word about a finished one changes nothing.
  CHECK(alerts.finish_attempt(first->id, {State::failed, kNow + seconds(9), {}, "late"}));
  // The second one's process died: it is due again.
  CHECK(alerts.claim_delivery(one.id, kNow + seconds(30), kNow + seconds(60))->value().id == second->id);
  CHECK(alerts.finish_attempt(second->id, {State::failed, kNow + seconds(31), {}, "404"}));
  CHECK_FALSE(*alerts.claim_delivery(one.id, kNow + hours(1), kNow + hours(2)));

  const auto delivered = *alerts.deliveries({.rule = made.id, .state = State::delivered});
  REQUIRE(delivered.size() == 1);
  CHECK(delivered[0].id == first->id);
  CHECK(delivered[0].attempts == 2);
  CHECK(delivered[0].finished == kNow + seconds(3));
  CHECK(delivered[0].error.empty());
  CHECK(alerts.deliveries({.state = State::failed})->at(0).error == "404");
  CHECK(alerts.deliveries({.channel = one.id, .limit = 1})->at(0).event.event == "second");  // latest first

  CHECK(alerts.remove_channel(two.id, kNow + seconds(40)));
  CHECK(alerts.deliveries({.channel = two.id})->at(0).error == "the channel was removed");
  CHECK(alerts.forget_before(kNow + seconds(31)));  // the first one's
  CHECK(alerts.deliveries({})->size() == 2);
  CHECK(alerts.events(made.id, 10)->size() == 2);
  CHECK(alerts.forget_before(kNow + hours(1)));
  CHECK(alerts.deliveries({})->empty());
  CHECK(alerts.events(made.id, 10)->empty());
}

TEST_CASE_TEMPLATE("what a channel cannot take is seen to have failed", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& alerts = store->alerts();
  const auto one = *alerts.add_channel(channel("one"));
  const auto made = *alerts.add_rule(rule("high"));
  const auto random_id = [] { return *AlertDeliveryId::from_bytes(crypto::random_bytes(AlertDeliveryId::kSize)); };
  REQUIRE(store->transact([&]() -> Status {
    for (std::int64_t i = 0; i < kMaxPendingAlertDeliveries; ++i) {
      if (auto ok = alerts.record(record(made.id, {{random_id(), one.id}})); !ok) return ok;
    }
    return {};
  }));
  CHECK(alerts.deliveries({.state = State::failed})->empty());
  CHECK(alerts.record(record(made.id, {{random_id(), one.id}})));
  const auto failed = *alerts.deliveries({.state = State::failed});
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].error.find("1000 waiting") != std::string::npos);
}

TEST_CASE_TEMPLATE("alerts on a store that is only read", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const auto one = *store->alerts().add_channel(channel("one"));
  const auto made = *store->alerts().add_rule(rule("high"));
  auto reader = open(engine, StoreAccess::read_only);
  CHECK(reader->alerts().rules(true)->size() == 1);
  CHECK(reader->alerts().deliveries({})->empty());
  CHECK_FALSE(reader->alerts().record(record(made.id, {{delivery_id(1), one.id}})));
  CHECK_FALSE(reader->alerts().end_rule(made.id, kNow));
}
