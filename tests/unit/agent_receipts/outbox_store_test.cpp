#include "agent/receipts/outbox_store.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/agent_receipts/receipt_samples.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::receipts {

using namespace samples;
using protocol::ReceiptStatus;
using testing::TemporaryFolder;

namespace {

OutgoingReceipt receipt(const OrderId& order, std::int64_t sequence, ByteString envelope) {
  return {{order, sequence}, std::move(envelope)};
}

std::vector<OutgoingReceipt> all(OutboxStore& store) { return store.oldest(1000, 1 << 20).value(); }

}  // namespace

TEST_CASE("accounts and receipts come back as they were saved") {
  TemporaryFolder folder;
  Parties parties;
  auto account = account_of(order_of(parties));
  account.sent = {7};
  account.acked = {5};
  account.acknowledgement = ByteString("a\0b", 3);
  account.receipted_sent = {3};
  account.receipted_acked = {2};
  account.next_sequence = 4;
  account.receipted_until = {11};
  account.stretch_start = {12};
  account.last_observed = {13};
  account.max_rate = {14};
  account.ended = true;
  const auto id = account.order.order.id;
  {
    auto store = OutboxStore::open(folder / "outbox.sqlite").value();
    REQUIRE(store->save({{account}, {receipt(id, 3, ByteString("x\0y", 3))}, {}}));
  }
  auto store = OutboxStore::open(folder / "outbox.sqlite").value();
  const auto accounts = store->load_accounts().value();
  REQUIRE(accounts.size() == 1);
  CHECK(accounts[0] == account);
  CHECK(accounts[0].order.order == account.order.order);
  CHECK(all(*store) == std::vector{receipt(id, 3, ByteString("x\0y", 3))});
  CHECK(store->counts().waiting == 1);
  CHECK(store->counts().waiting_bytes == 3);
  REQUIRE(store->save({{}, {}, {id}}));
  CHECK(store->load_accounts()->empty());
  CHECK(store->counts().waiting == 1);
}

TEST_CASE("each status has its way: durable leaves, transient stays, refused is kept apart") {
  TemporaryFolder folder;
  Parties parties;
  const auto id = order_of(parties).order.id;
  auto store = OutboxStore::open(folder / "outbox.sqlite").value();
  OutboxChange change;
  for (int i = 1; i <= 4; ++i) change.receipts.push_back(receipt(id, i, "r" + std::to_string(i)));
  REQUIRE(store->save(change));
  REQUIRE(store->settle({{{id, 1}, ReceiptStatus::recorded},
                         {{id, 2}, ReceiptStatus::try_later},
                         {{id, 3}, ReceiptStatus::totals_fall},
                         {{id, 4}, ReceiptStatus::exists}},
                        kTen));
  CHECK(all(*store) == std::vector{receipt(id, 2, "r2")});
  CHECK(store->counts().waiting == 1);
  CHECK(store->counts().refused.at(ReceiptStatus::totals_fall) == 1);
  // Settling what is not there changes nothing, so that an answer may be heard twice.
  REQUIRE(store->settle({{{id, 1}, ReceiptStatus::recorded}, {{id, 3}, ReceiptStatus::recorded}}, kTen));
  CHECK(store->counts().waiting == 1);
  auto again = OutboxStore::open(folder / "outbox.sqlite").value();
  CHECK(again->counts().refused.at(ReceiptStatus::totals_fall) == 1);
  CHECK(again->counts().waiting == 1);
  CHECK(again->counts().waiting_bytes == 2);
}

TEST_CASE("batches are oldest first and bounded by count and bytes, but never empty while something waits") {
  TemporaryFolder folder;
  Parties parties;
  const auto id = order_of(parties).order.id;
  auto store = OutboxStore::open(folder / "outbox.sqlite").value();
  for (int i = 1; i <= 5; ++i) REQUIRE(store->save({{}, {receipt(id, i, std::string(100, 'r'))}, {}}));
  const auto three = store->oldest(3, 1000).value();
  REQUIRE(three.size() == 3);
  CHECK(three[0].id.sequence == 1);
  CHECK(three[2].id.sequence == 3);
  CHECK(store->oldest(5, 250)->size() == 2);
  CHECK(store->oldest(5, 10)->size() == 1);
}

TEST_CASE("a change is all or nothing; saying it twice is safe; the same id with other bytes is refused") {
  TemporaryFolder folder;
  Parties parties;
  const auto account = account_of(order_of(parties));
  const auto id = account.order.order.id;
  auto store = OutboxStore::open(folder / "outbox.sqlite").value();
  REQUIRE(store->save({{}, {receipt(id, 1, "one")}, {}}));
  REQUIRE(store->save({{}, {receipt(id, 1, "one"), receipt(id, 2, "two")}, {}}));
  CHECK(store->counts().waiting == 2);
  const auto clash = store->save({{account}, {receipt(id, 3, "three"), receipt(id, 2, "other")}, {}});
  CHECK_FALSE(clash);
  CHECK(store->load_accounts()->empty());
  CHECK(all(*store).size() == 2);
  CHECK(store->counts().waiting == 2);
}

TEST_CASE("a corrupt outbox is named and not touched") {
  TemporaryFolder folder;
  std::ofstream(folder / "outbox.sqlite") << std::string(4096, '?');
  const auto opened = OutboxStore::open(folder / "outbox.sqlite");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message.find("outbox.sqlite is corrupt") != std::string::npos);
  CHECK(std::filesystem::file_size(folder / "outbox.sqlite") == 4096);
}

}  // namespace waybill::receipts
