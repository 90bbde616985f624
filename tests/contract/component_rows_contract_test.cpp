// What components carried, by whatever the orders of the receipts say: the answer of the single receipts and their
// paths.
#include <map>

#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/contract/receipt_questions.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::questions;
using sample::kNoon;

namespace {

struct Passage {
  std::vector<PathComponent> components;
  CountedReceipt receipt;
};

std::vector<Passage> passages_of(Store& store) {
  std::vector<Passage> all;
  std::vector<std::int64_t> paths;
  for (const auto isp : {sample::kSp1, sample::kSp2, sample::kSp3}) {
    ReceiptQuery query;
    query.source_isp = isp;
    REQUIRE(store.evidence().each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
      all.push_back({{}, {receipt.facts, receipt.end, {receipt.acked, receipt.sent, 1}}});
      paths.push_back(receipt.path);
      return {};
    }));
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i].components = store.evidence().path(paths[i])->components;
  return all;
}

bool lets_through(const ComponentQuery& asked, const PathComponent& component, const CountedReceipt& receipt) {
  const auto& order = receipt.order;
  return component.key == asked.key.value_or(component.key) && component.kind == asked.kind.value_or(component.kind) &&
         component.isp == asked.isp.value_or(component.isp) && component.into == asked.into.value_or(component.into) &&
         order.owner == asked.owner.value_or(order.owner) &&
         order.content_class == asked.content_class.value_or(order.content_class) &&
         order.content == asked.content.value_or(order.content) && receipt.end >= asked.since.value_or(receipt.end) &&
         (!asked.until || receipt.end < *asked.until);
}

std::vector<ComponentRow> by_passages(const ComponentQuery& components, const AccountQuery& query,
                                      const std::vector<Passage>& passages) {
  std::map<std::string, std::vector<CountedReceipt>> carried;
  for (const auto& passage : passages) {
    for (const auto& component : passage.components) {
      if (lets_through(components, component, passage.receipt)) carried[component.key].push_back(passage.receipt);
    }
  }
  std::vector<ComponentRow> all;
  for (const auto& [key, receipts] : carried) {
    for (const auto& row : by_receipts(query, receipts)) {
      if (row.counters.receipts > 0) all.push_back({key, row});
    }
  }
  return all;
}

// To the millisecond, in the months that fill_components has receipts of.
AccountQuery random_question(std::mt19937_64& random) {
  auto query = random_query(random);
  query.since = query.until = std::nullopt;
  if (random() % 3 == 0) query.since = TimeMs{kNoon.value + static_cast<std::int64_t>(random() % 7'200'000)};
  if (random() % 3 == 0) query.until = TimeMs{kNoon.value + static_cast<std::int64_t>(random() % (90 * kDay.value))};
  return query;
}

}  // namespace

TEST_CASE_TEMPLATE("a question to the accounts, asked at components, has the answer of the single receipts", Engine,
                   WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  fill_components(*store);
  const auto passages = passages_of(*store);
  REQUIRE(passages.size() == 320);
  std::mt19937_64 random(23);
  int answered = 0;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    auto components = random_component_query(random);
    if (random() % 2) components.since = components.until = std::nullopt;
    const auto query = random_question(random);
    const auto expected = by_passages(components, query, passages);
    const auto found = store->accounts().component_rows(components, query);
    REQUIRE_MESSAGE(found, found.error().message);
    REQUIRE(found->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(found->at(i).key == expected[i].key);
      check_equal(found->at(i).row, expected[i].row);
    }
    answered += expected.empty() ? 0 : 1;
  }
  CHECK(answered > 60);  // questions that nothing answers show little
}

TEST_CASE_TEMPLATE("hours of day in which a component carried nothing leave it out", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  fill_components(*store);
  AccountQuery query;
  query.until = kNoon + minutes(60);
  CHECK(store->accounts().component_rows({.key = "isp:SP1"}, query)->size() == 1);
  query.hours = AccountQuery::HoursOfDay{6 * 60, 12 * 60};  // all of them end later
  CHECK(store->accounts().component_rows({.key = "isp:SP1"}, query)->empty());
}
