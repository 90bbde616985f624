// What CDN nodes' web servers sent, by their logs: each request counts once, in every account, on every engine.
#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/audit.h"
#include "tracker/cdn_log/log_import.h"

using namespace waybill;
using namespace waybill::tracker;
using waybill::contract::open;

namespace {

constexpr std::int64_t kSize = 1'000;

RequestId request(int number) {
  ByteString bytes(RequestId::kSize, 'r');
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(number >> (8 * i));
  return *RequestId::from_bytes(bytes);
}

CdnRecord record(int number, std::int64_t sent) {
  CdnRecord record;
  record.id = request(number);
  record.content = sample::content_of("Film");
  record.owner = "MovieStudio";
  record.source_isp = sample::kSp1;
  record.destination_isp = number % 2 == 0 ? sample::kSp1 : sample::kSp2;
  record.server = *IpAddress::parse("198.18.1.1");
  record.client = IpAddress::from_v4(0xc6120200u + static_cast<std::uint32_t>(number % 200));
  record.started = sample::kNoon + minutes(number % 50);
  record.ended = record.started + seconds(20);
  record.sent = {sent};
  record.whole = sent == kSize;
  return record;
}

std::vector<CdnRecord> records(int first, int until) {
  std::vector<CdnRecord> all;
  for (int number = first; number < until; ++number) all.push_back(record(number, number % 10 == 0 ? kSize : number));
  return all;
}

Counters total(Store& store, bool cdn_nodes) {
  AccountQuery query;
  query.cdn_node = cdn_nodes;
  const auto rows = store.accounts().query(query);
  REQUIRE(rows);
  return rows->empty() ? Counters{} : rows->front().counters;
}

void check_sound(Store& store, std::int64_t expected) {
  const auto report = audit(store, {sample::key_of("tracker").public_key()});
  REQUIRE(report);
  CHECK_MESSAGE(report->sound(), report->faults.front());
  CHECK(report->cdn_records == expected);
}

}  // namespace

TEST_CASE_TEMPLATE("a record is kept as it was read, and refused a second time", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  const auto stored = record(7, kSize);
  {
    const auto store = open(engine);
    CHECK(*store->cdn_records().known({stored.id}) == std::vector<bool>{false});
    REQUIRE(store->cdn_records().add({stored}));
  }
  const auto store = open(engine, StoreAccess::read_write);
  CHECK(*store->cdn_records().known({request(6), stored.id}) == std::vector<bool>{false, true});
  const auto before = engine.dump();
  CHECK_FALSE(store->cdn_records().add({record(8, 1), stored}));
  CHECK(engine.dump() == before);
  std::vector<CdnRecord> found;
  REQUIRE(store->cdn_records().each([&](const CdnRecord& one) -> Status {
    found.push_back(one);
    return {};
  }));
  CHECK(found == std::vector<CdnRecord>{stored});
}

TEST_CASE_TEMPLATE("whatever overlaps, each request counts once in every account", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  const auto store = open(engine);
  const auto first = import_records(*store, records(0, 600));
  REQUIRE(first);
  CHECK(first->imported == 600);
  CHECK(first->existed == 0);
  CHECK(first->deliveries == 60);
  const auto sent = [](int until) {
    std::int64_t sum = 0;
    for (const auto& one : records(0, until)) sum += one.sent.value;
    return sum;
  };
  CHECK(first->sent.value == sent(600));
  CHECK(total(*store, true) == Counters{{}, {sent(600)}, 600});
  const auto before = engine.dump();
  const auto again = import_records(*store, records(0, 600));
  REQUIRE(again);
  CHECK(again->imported == 0);
  CHECK(again->existed == 600);
  CHECK(engine.dump() == before);
  const auto overlapping = import_records(*store, records(300, 900));
  REQUIRE(overlapping);
  CHECK(overlapping->imported == 300);
  CHECK(overlapping->existed == 300);
  CHECK(total(*store, true) == Counters{{}, {sent(900)}, 900});
  CHECK(total(*store, false) == Counters{});
  check_sound(*store, 900);
}

TEST_CASE_TEMPLATE("an import that is cut off leaves nothing of its transaction", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  const auto store = open(engine);
  REQUIRE(import_records(*store, records(0, 10)));
  const auto before = engine.dump();
  const auto cut = store->transact([&]() -> Status {
    if (auto part = import_records(*store, records(5, 20)); !part) return tl::make_unexpected(part.error());
    return refuse("the power goes");
  });
  CHECK_FALSE(cut);
  CHECK(engine.dump() == before);
  CHECK(import_records(*store, records(5, 20))->imported == 10);
  check_sound(*store, 20);
}

TEST_CASE_TEMPLATE("what CDN nodes sent is unacknowledged, apart from what peers sent", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  const auto store = open(engine);
  REQUIRE(import_records(*store, records(0, 100)));
  UnacknowledgedQuery query;
  query.since = sample::kNoon;
  query.until = sample::kNoon + hours(1);
  const auto sum = [&](auto&& change) {
    auto asked = query;
    change(asked);
    std::int64_t bytes = 0, receipts = 0;
    const auto counters = store->accounts().unacknowledged_series(asked);
    REQUIRE(counters);
    for (const auto& counter : *counters) {
      bytes += counter.sent.value;
      receipts += counter.receipts;
      CHECK(counter.cdn_node);
      CHECK_FALSE(counter.agreement);
    }
    return std::pair(bytes, receipts);
  };
  std::int64_t expected = 0;
  for (const auto& one : records(0, 100)) expected += one.sent.value;
  CHECK(sum([](auto&) {}) == std::pair<std::int64_t, std::int64_t>(expected, 100));
  CHECK(sum([](auto& q) { q.owner = "MovieStudio"; }).second == 100);
  CHECK(sum([](auto& q) { q.owner = "Nobody"; }).second == 0);
  CHECK(sum([](auto& q) { q.isp = sample::kSp1; }).second == 100);
  CHECK(sum([](auto& q) { q.isp = sample::kSp2; }).second == 0);
  CHECK(sum([](auto& q) { q.cdn_node = false; }).second == 0);
  CHECK(sum([](auto& q) { q.until = sample::kNoon + minutes(5); }).second == 10);  // minutes 0 to 4, each twice
}

TEST_CASE_TEMPLATE("a whole file on a log is a delivery, unless its client announced it", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  const auto store = open(engine);
  REQUIRE(import_records(*store, {record(0, kSize), record(10, kSize), record(11, 500)}));
  const auto logged = [&](DeliveryQuery query = {}) {
    const auto found = store->evidence().deliveries(query);
    REQUIRE(found);
    return std::count_if(found->begin(), found->end(),
                         [](const auto& one) { return one.witness == DeliveryWitness::cdn_node; });
  };
  CHECK(logged() == 2);
  CHECK(logged({.owner = "MovieStudio"}) == 2);
  CHECK(logged({.owner = "Nobody"}) == 0);
  CHECK(logged({.receiver = client_of(record(10, kSize))}) == 1);
  CHECK(logged({.receiver_isp = sample::kSp2}) == 0);
  CHECK(logged({.since = sample::kNoon + minutes(5)}) == 1);
  CHECK(logged({.witness = DeliveryWitness::receiver}) == 0);
  CHECK(logged({.witness = DeliveryWitness::cdn_node}) == 2);
  StoredDelivery announced;
  announced.content = sample::content_of("Film");
  announced.receiver = sample::key_of("stock").public_key();
  announced.owner = "MovieStudio";
  announced.size = {kSize};
  announced.witness = DeliveryWitness::stock_client;
  announced.address = record(10, kSize).client;
  announced.started = record(10, kSize).ended + seconds(1);  // another time: another delivery
  announced.completed = announced.started + minutes(1);
  REQUIRE(*store->evidence().add_delivery(announced));
  CHECK(logged() == 2);
  announced.started = record(10, kSize).started - seconds(1);
  announced.completed = record(10, kSize).ended + seconds(1);
  REQUIRE(*store->evidence().add_delivery(announced));
  CHECK(logged() == 1);
  CHECK(store->evidence().deliveries({})->size() == 3);
}
