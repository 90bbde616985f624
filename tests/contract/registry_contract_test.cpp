#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

Isp make_isp(const std::string& name, const std::vector<std::string>& prefixes) {
  Isp isp;
  isp.name = name;
  isp.asns = {static_cast<std::uint32_t>(std::hash<std::string>()(name) % 0xfffffffe + 1)};
  isp.timezone = "Europe/Berlin";
  for (const auto& prefix : prefixes) isp.prefixes.push_back(*IpPrefix::parse(prefix));
  return isp;
}

Agreement make_agreement(IspId isp, std::int64_t from, std::optional<std::int64_t> until) {
  Agreement agreement;
  agreement.isp = isp;
  agreement.valid_from = {from};
  if (until) agreement.valid_until = TimeMs{*until};
  agreement.grant = {GrantKind::hours, 18 * 60, 24 * 60, {5'000'000'000}, QuotaPeriod::day};
  const auto currency = *Currency::parse("EUR");
  agreement.tariff = {*parse_money("0.0125", currency), *parse_money("0.02", currency)};
  return agreement;
}

Content make_content() {
  Content content;
  content.id = sample::content_of("Film");
  content.owner = "MovieStudio";
  content.title = "Film";
  content.content_class = ContentClass::live;
  content.size = {100'000'000};
  content.piece_length = {1 << 20};
  content.pieces = 96;
  content.published = sample::kNoon;
  content.publisher = sample::key_of("cdn").public_key();
  return content;
}

}  // namespace

TEST_CASE_TEMPLATE("ISPs and their prefixes", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  const auto first_version = *registry.table_version();
  const auto added = registry.add_isp(make_isp("SP2", {"198.18.2.0/24", "2001:db8:2::/48"}));
  REQUIRE(added);
  CHECK(added->id);
  CHECK(*registry.find_isp("SP2") == *added);
  CHECK(added->prefixes.size() == 2);
  CHECK(*registry.table_version() > first_version);
  const auto nested = registry.add_isp(make_isp("SP1", {"198.18.2.128/25"}));  // longest match decides
  REQUIRE(nested);
  CHECK(*registry.isps() == std::vector{*nested, *added});  // by name

  const auto before = engine.dump();
  check_refused(engine, before, registry.add_isp(make_isp("SP2", {})), "SP2");
  check_refused(engine, before, registry.add_isp(make_isp("SP3", {"198.18.3.0/24", "198.18.2.0/24"})),
                "belongs to SP2");
  check_refused(engine, before, registry.add_isp(make_isp("", {})), "needs a name");
  check_refused(engine, before, registry.add_isp(make_isp(std::string(300, 'x'), {})), "longer than");
  check_refused(engine, before, registry.find_isp("SP9"), "SP9");
  check_refused(engine, before, registry.remove_isp({99}), "99");

  const auto version = *registry.table_version();
  CHECK(registry.remove_isp(added->id));
  CHECK(*registry.table_version() > version);
  CHECK(registry.isps()->size() == 1);
  const auto again = registry.add_isp(make_isp("SP4", {"198.18.2.0/24"}));
  REQUIRE(again);
  CHECK(again->id.value > added->id.value);  // an id is never given out twice
}

TEST_CASE_TEMPLATE("an ISP that the books refer to stays", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const auto sp1 = store->registry().add_isp(make_isp("SP1", {}));
  const auto sp2 = store->registry().add_isp(make_isp("SP2", {}));
  REQUIRE(store->registry().add_agreement(make_agreement(sp2->id, 0, std::nullopt)));
  sample::OrderPlan plan;
  plan.source_isp = sp1->id;
  plan.destination_isp = sp1->id;
  REQUIRE(store->evidence().add_orders({sample::issue(plan)}));
  const auto before = engine.dump();
  check_refused(engine, before, store->registry().remove_isp(sp1->id), "SP1 occurs in the books");
  check_refused(engine, before, store->registry().remove_isp(sp2->id), "SP2 has agreements");
}

TEST_CASE_TEMPLATE("agreements of one ISP never overlap", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  const auto isp = registry.add_isp(make_isp("SP1", {}))->id;
  const auto other = registry.add_isp(make_isp("SP2", {}))->id;
  const auto first = registry.add_agreement(make_agreement(isp, 1000, 2000));
  REQUIRE(first);
  const auto next = registry.add_agreement(make_agreement(isp, 2000, std::nullopt));
  REQUIRE(next);
  REQUIRE(registry.add_agreement(make_agreement(other, 0, std::nullopt)));
  const auto all = *registry.agreements();
  REQUIRE(all.size() == 3);
  CHECK(all[0] == *first);
  CHECK(all[1] == *next);

  const auto before = engine.dump();
  check_refused(engine, before, registry.add_agreement(make_agreement(isp, 0, 1001)), "end it first");
  check_refused(engine, before, registry.add_agreement(make_agreement(isp, 5000, 6000)), "end it first");
  check_refused(engine, before, registry.add_agreement(make_agreement(isp, 0, 0)), "ends before it begins");
  check_refused(engine, before, registry.add_agreement(make_agreement({77}, 0, 1)), "no such ISP");
  auto mixed = make_agreement(isp, 0, 10);
  mixed.tariff.off_net.currency = *Currency::parse("USD");
  check_refused(engine, before, registry.add_agreement(mixed), "one currency");
  auto hours = make_agreement(isp, 0, 10);
  hours.grant.to_minute = 1441;
  check_refused(engine, before, registry.add_agreement(hours), "within one day");
  check_refused(engine, before, registry.end_agreement(next->id, {2000}), "end it after its beginning");
  check_refused(engine, before, registry.end_agreement({99}, {1}), "there is no agreement 99: `agreement list` shows");

  REQUIRE(registry.end_agreement(next->id, {3000}));
  CHECK(registry.agreements()->at(1).valid_until == TimeMs{3000});
  const auto ended = engine.dump();
  check_refused(engine, ended, registry.end_agreement(next->id, {4000}), "an end can only be brought forward");
  CHECK(registry.add_agreement(make_agreement(isp, 3000, std::nullopt)));
}

TEST_CASE_TEMPLATE("content is published once", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  const auto content = make_content();
  const ByteString torrent("d4:info\0e", 9);
  REQUIRE(registry.add_content(content, torrent));
  CHECK(*registry.contents() == std::vector{content});
  CHECK(*registry.torrent_of(content.id) == torrent);
  const auto before = engine.dump();
  auto again = content;
  again.published = again.published + seconds(5);
  CHECK(registry.add_content(again, torrent));
  CHECK(engine.dump() == before);
  auto stolen = content;
  stolen.owner = "Somebody";
  check_refused(engine, before, registry.add_content(stolen, torrent), "MovieStudio");
  check_refused(engine, before, registry.torrent_of(sample::content_of("other")), "no content");
  check_refused(engine, before, registry.remove_content(sample::content_of("other"), {1}), "no content");
  REQUIRE(registry.remove_content(content.id, sample::kNoon));
  CHECK(registry.contents()->at(0).removed == sample::kNoon);
  const auto removed = engine.dump();
  check_refused(engine, removed, registry.remove_content(content.id, {1}), "removed");
  check_refused(engine, removed, registry.add_content(content, torrent), "removed by the operator");
}

TEST_CASE_TEMPLATE("tokens and agents", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  const ByteString hash(32, 'h');
  REQUIRE(registry.add_enroll_token({hash, protocol::AgentRole::cdn_node, sample::kNoon}));
  const auto found = registry.find_enroll_token(hash);
  REQUIRE(found);
  REQUIRE(found->has_value());
  CHECK((*found)->role == protocol::AgentRole::cdn_node);
  CHECK_FALSE(registry.find_enroll_token(ByteString(32, 'x'))->has_value());

  EnrolledAgent agent{sample::key_of("alice").public_key(), protocol::AgentRole::client, "alice", sample::kNoon};
  REQUIRE(registry.enroll_agent(agent));
  auto renamed = agent;
  renamed.name = "alice's box";
  renamed.role = protocol::AgentRole::cdn_node;
  renamed.enrolled = sample::kNoon + seconds(9);
  REQUIRE(registry.enroll_agent(renamed));
  renamed.enrolled = agent.enrolled;  // the first enrolment's time stays
  CHECK(*registry.agents() == std::vector{renamed});

  SUBCASE("taken off the register: it stays known, and its key does not come back") {
    const auto version = *registry.registry_version();
    REQUIRE(registry.remove_agent(agent.key, sample::kNoon + minutes(1)));
    CHECK(*registry.registry_version() > version);
    renamed.removed = sample::kNoon + minutes(1);
    CHECK(*registry.agents() == std::vector{renamed});
    CHECK_FALSE(registry.enroll_agent(agent));
    CHECK_FALSE(registry.remove_agent(agent.key, sample::kNoon + minutes(2)));
    CHECK_FALSE(registry.remove_agent(sample::key_of("bob").public_key(), sample::kNoon));
    CHECK(*registry.agents() == std::vector{renamed});
  }
}
