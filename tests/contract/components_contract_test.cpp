// Registered components, insights, and records resolved again by them.
#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tracker/accounting/object_fill.h"
#include "tracker/ingest/re_resolution.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

RegisteredComponent router(const std::string& name, const std::string& address) {
  RegisteredComponent made;
  made.name = name;
  made.owner = "SP1";
  if (!address.empty()) made.addresses = {*IpAddress::parse(address)};
  return made;
}

Result<ReResolutionPlan> plan_from(Store& store, TimeMs since, std::optional<TimeMs> until = {}) {
  return plan_re_resolution(store, *read_path_tables(store.registry()), since, until, sample::kNoon + hours(9));
}

std::map<std::string, std::int64_t> bytes_by_component(Store& store) {
  std::map<std::string, std::int64_t> bytes;
  const auto sums = *store.accounts().component_sums({});
  for (const auto& sum : sums) bytes[sum.key] = sum.counters.acked.value;
  return bytes;
}

std::vector<ByteString> envelopes(Store& store) {
  std::vector<ByteString> all;
  REQUIRE(store.evidence().each_receipt({}, [&](const StoredReceipt& receipt) -> Status {
    all.push_back(receipt.envelope);
    return {};
  }));
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("registered components", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  Isp isp;
  isp.name = "SP1";
  const auto sp1 = registry.add_isp(isp)->id;
  const auto version = *registry.table_version();
  auto core = router("SP1 core router 3", "198.18.1.1");
  core.isp = sp1;
  core.addresses.push_back(*IpAddress::parse("2001:db8::1"));
  core.prefixes = {*IpPrefix::parse("10.1.0.0/16"), *IpPrefix::parse("2001:db8:1::/48")};
  core.patterns = {*NamePattern::parse("*.core3.sp1.example")};
  core.place = {"Germany", "Bavaria", "Munich"};
  auto network = router("AS64500", "");
  network.kind = ComponentKind::autonomous_system;
  const auto added = registry.add_components({core, network});
  REQUIRE(added);
  REQUIRE(added->size() == 2);
  core.id = added->at(0).id;
  network.id = added->at(1).id;
  CHECK(*registry.components() == std::vector{network, core});  // by name
  CHECK(*registry.table_version() > version);
  const auto before = engine.dump();
  check_refused(engine, before, registry.add_components({router("new", "192.0.2.1"), router(core.name, "")}),
                "SP1 core router 3");
  check_refused(engine, before, registry.add_components({router("new", "192.0.2.1"), router("another", "198.18.1.1")}),
                "address 198.18.1.1 belongs to the component 'SP1 core router 3'");
  check_refused(engine, before, registry.add_components({router("a", "192.0.2.1"), router("b", "192.0.2.1")}), "'a'");
  auto lost = router("lost", "");
  lost.isp = {77};
  check_refused(engine, before, registry.add_components({lost}), "no ISP 77");
  check_refused(engine, before, registry.remove_component({77}), "77");
  check_refused(engine, before, registry.remove_isp(sp1), "SP1 core router 3");
  CHECK(registry.remove_component(core.id));
  CHECK(*registry.components() == std::vector{network});
  CHECK(registry.remove_isp(sp1));
  REQUIRE(registry.add_components({router("heir", "198.18.1.1")}));  // what was claimed is free again
}

TEST_CASE_TEMPLATE("insights", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  const auto components = *registry.add_components({router("5", "198.18.1.5"), router("switch", "")});
  const auto lies = components[1].id;
  const auto version = *registry.table_version();
  const auto added = registry.add_insights({{{}, "router:5", "router:6", lies, true}});
  REQUIRE(added);
  CHECK(*registry.insights() == *added);
  CHECK(*registry.table_version() > version);
  const auto before = engine.dump();
  const auto refused = [&](const ComponentInsight& insight, const std::string& part) {
    check_refused(engine, before, registry.add_insights({{{}, "router:7", "router:8", lies, true}, insight}), part);
  };
  refused({{}, "router:6", "router:5", lies, false}, "said already");
  refused({{}, "router:5", "router:5", lies, true}, "ends are the same");
  refused({{}, "router:5", "", lies, true}, "two ends");
  refused({{}, "router:5", "router:switch", lies, true}, "between itself");
  refused({{}, "router:5", "router:9", {99}, true}, "no component 99");
  check_refused(engine, before, registry.remove_component(lies), "insight");
  check_refused(engine, before, registry.remove_component(components[0].id), "insight");
  check_refused(engine, before, registry.remove_insight({99}), "99");
  REQUIRE(registry.remove_insight(added->at(0).id));
  CHECK(registry.remove_component(lies));
}

namespace {

constexpr std::int64_t kMega = 1'000'000;

// Three receipts of order 1 from SP1 to SP2, a minute apart, and one of order 2 within SP1.
struct Traffic {
  explicit Traffic(test::IngestUnderTest& books) : books(books) {
    on_net.number = 2;
    on_net.destination_isp = sample::kSp1;
    books.issue({off_net, on_net});
    for (std::int64_t sequence = 1; sequence <= 3; ++sequence) submit(off_net, sequence);
    submit(on_net, 1);
  }
  void submit(const sample::OrderPlan& order, std::int64_t sequence) {
    sample::ReceiptPlan receipt;
    receipt.sequence = sequence;
    receipt.sent_total = receipt.sent * sequence;
    receipt.acked_total = receipt.sent_total;
    receipt.acked_pieces = sequence;
    receipt.end = sample::kNoon + minutes(sequence);
    receipt.start = receipt.end - seconds(10);
    REQUIRE(books.submit_one(sample::receipt_of(order, receipt)) == protocol::ReceiptStatus::recorded);
  }
  test::IngestUnderTest& books;
  sample::OrderPlan off_net, on_net;
};

// The ISPs as the sample tables have them.
void add_isps(Registry& registry) {
  for (const auto* number : {"1", "2", "3"}) {
    Isp isp;
    isp.name = std::string("SP") + number;
    isp.prefixes = {*IpPrefix::parse(std::string("198.18.") + number + ".0/24")};
    REQUIRE(registry.add_isp(isp));
  }
}

// The second receipt's records alone.
template <typename Engine>
void resolve_one(const Engine& engine, Store& store) {
  const auto unchanged = engine.dump();
  const auto plan = plan_from(store, sample::kNoon + minutes(2), sample::kNoon + minutes(3));
  REQUIRE(plan);
  CHECK(engine.dump() == unchanged);  // looking changes nothing
  CHECK(plan->resolution.receipts == 1);
  CHECK(plan->paths.size() == 1);
  const auto& components = plan->components;
  CHECK(components.at("router:198.18.1.1").before.acked == AckedBytes{kMega});
  CHECK(components.at("router:198.18.1.1").after.acked == AckedBytes{0});
  CHECK(components.at("city:Germany/Berlin").after.acked == AckedBytes{kMega});
  CHECK(components.at("isp:SP1").after == components.at("isp:SP1").before);
  const auto applied = store.record_resolutions().apply(plan->resolution, plan->moves);
  REQUIRE_MESSAGE(applied, applied.error().message);
  CHECK(applied->changed == 1);
  CHECK(*store.record_resolutions().all() == std::vector{*applied});
  auto after = bytes_by_component(store);
  CHECK(after.at("router:198.18.1.1") == 3 * kMega);
  CHECK(after.at("router:core") == kMega);
  CHECK(after.at("country:Germany") == kMega);
  const auto done = engine.dump();
  contract::check_refused(engine, done, store.record_resolutions().apply(plan->resolution, plan->moves), "look again");
}

std::int64_t measure(Store& store, const std::string& component) {
  MeasuringObject object;
  object.name = "what " + component + " carries";
  object.entities = {{EntityKind::component, component, {}, {}, {}}};
  object.created = sample::kNoon;
  object.since = quarter_of(sample::kNoon);
  const auto made = make_object(store, object);
  REQUIRE(made);
  return made->id;
}

std::int64_t acked_of(Store& store, std::int64_t object) {
  std::int64_t bytes = 0;
  const auto counters = store.objects().counters(object);
  REQUIRE(counters);
  for (const auto& change : *counters) bytes += change.member.empty() ? change.added.acked.value : 0;
  return bytes;
}

}  // namespace

TEST_CASE_TEMPLATE("records are resolved again on request; evidence and accounts stay", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  test::IngestUnderTest books(engine.where());
  Traffic traffic(books);
  books.on_store([&](Store& store) {
    add_isps(store.registry());
    const auto known = plan_from(store, sample::kNoon);
    REQUIRE(known);
    CHECK(known->resolution.receipts == 4);
    CHECK(known->moves.empty());  // other tables, the same answers
    auto core = router("core", "");
    core.patterns = {*NamePattern::parse("core.sp1.example")};
    core.place = {"Germany", "", "Berlin"};
    REQUIRE(store.registry().add_components({core}));
    const auto evidence = envelopes(store);
    const auto before = bytes_by_component(store);
    CHECK(before.at("router:198.18.1.1") == 4 * kMega);
    resolve_one(engine, store);

    const auto rest = plan_from(store, sample::kNoon);
    REQUIRE(rest);
    CHECK(rest->resolution.receipts == 4);
    CHECK(rest->moves.size() == 3);
    auto twice = rest->moves;
    twice.push_back(twice.front());
    const auto unchanged = engine.dump();
    contract::check_refused(engine, unchanged, store.record_resolutions().apply(rest->resolution, twice), "twice");
    const auto measured = measure(store, "router:core");
    CHECK(acked_of(store, measured) == kMega);
    REQUIRE(recount_around(store, [&]() -> Status {
      const auto applied = store.record_resolutions().apply(rest->resolution, rest->moves);
      return applied ? Status() : tl::make_unexpected(applied.error());
    }));
    CHECK(acked_of(store, measured) == 4 * kMega);  // the audit below counts it again, too
    const auto after = bytes_by_component(store);
    CHECK(after.at("router:core") == 4 * kMega);
    CHECK_FALSE(after.contains("router:198.18.1.1"));
    CHECK(after.at("isp:SP1") == before.at("isp:SP1"));
    CHECK(plan_from(store, sample::kNoon)->moves.empty());
    CHECK(envelopes(store) == evidence);
  });
  CHECK(books.audited().sound());
  traffic.submit(traffic.off_net, 4);  // what comes in later is recorded as before
  CHECK(books.audited().sound());
}
