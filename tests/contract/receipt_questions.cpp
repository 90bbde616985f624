#include "tests/contract/receipt_questions.h"

#include <map>
#include <memory>
#include <tuple>

#include <doctest/doctest.h>

#include "tracker/paths/path_resolver.h"
#include "tracker/reports/day_hours.h"

namespace waybill::questions {

using namespace waybill::tracker;
using sample::kNoon;

MinuteOfDay clock_of(const std::string& timezone) {
  return [clock = std::make_shared<LocalClock>(*LocalClock::of(timezone))](TimeMs time) {
    return clock->minute_of_day(time);
  };
}

sample::OrderPlan plan_of(int number) {
  sample::OrderPlan plan;
  plan.number = number;
  plan.source_isp = {1 + number % 3};
  plan.destination_isp = {1 + number / 3 % 3};
  plan.agreement = {number % 5 == 0 ? 0 : plan.source_isp.value};
  plan.owner = number % 2 == 0 ? "MovieStudio" : "Label";
  plan.title = "Title " + std::to_string(number % 4);
  plan.receiver = "client " + std::to_string(number % 6);
  plan.content_class = number % 7 == 0 ? ContentClass::live : ContentClass::file;
  return plan;
}

// Random receipts of 14 months, more of them at some hours than at others.
std::vector<CountedReceipt> history(int count) {
  std::mt19937_64 random(11);
  std::vector<CountedReceipt> all;
  for (int i = 0; i < count; ++i) {
    const auto day = static_cast<std::int64_t>(random() % 420);
    const auto minute = static_cast<std::int64_t>(random() % 3 == 0 ? random() % 1440 : 1080 + random() % 360);
    const auto end = kNewYear + hours(24 * day) + minutes(minute);
    all.push_back({facts_of(sample::issue(plan_of(i % 40))), end, {{1000}, {1001}, 1}});
  }
  return all;
}

// Receipts of two owners and classes along the paths between three ISPs, over four months.
void fill_components(Store& store) {
  std::mt19937_64 random(17);
  std::vector<IssuedOrder> orders;
  for (int number = 0; number < 40; ++number) orders.push_back(sample::issue(plan_of(number)));
  REQUIRE(store.evidence().add_orders(orders));
  for (std::int64_t sequence = 1; sequence <= 8; ++sequence) {
    std::vector<NewReceipt> receipts;
    std::vector<OrderState> states;
    for (int number = 0; number < 40; ++number) {
      const auto plan = plan_of(number);
      const auto path = path_to_record(resolve(sample::path_between(plan.source_isp, plan.destination_isp, number % 4),
                                               plan.source_isp, plan.destination_isp, *sample::tables()));
      const TimeMs end{kNoon.value + static_cast<std::int64_t>(random() % (number % 2 ? 120 * kDay.value : 7'200'000))};
      receipts.push_back(
          {{sample::order_id(number), sequence}, kNoon, end, {number + 1}, {number + 2}, end, "-", path});
      states.push_back({sample::order_id(number), sequence, sequence, {1}, {1}, 1});
    }
    REQUIRE(store.evidence().add_receipts(receipts, states));
  }
}

// A question that any of the fields may restrict.
AccountQuery random_query(std::mt19937_64& random) {
  AccountQuery query;
  const auto sometimes = [&] { return random() % 3 == 0; };
  if (sometimes()) query.from = IspId{1 + static_cast<std::int64_t>(random() % 3)};
  if (sometimes()) query.to = IspId{1 + static_cast<std::int64_t>(random() % 3)};
  if (sometimes()) query.owner = random() % 2 ? "MovieStudio" : "Label";
  if (sometimes()) query.content_class = random() % 2 ? ContentClass::live : ContentClass::file;
  if (sometimes()) query.content = sample::content_of("Title " + std::to_string(random() % 4));
  if (random() % 9 == 0) query.client = sample::key_of("client " + std::to_string(random() % 6)).public_key();
  if (random() % 5 == 0) query.agreement = AgreementId{static_cast<std::int64_t>(random() % 4)};
  if (random() % 5 == 0) query.cdn_node = random() % 2 == 0;
  if (sometimes()) query.on_net = random() % 2 == 0;
  if (!sometimes()) query.since = kNewYear + minutes(15 * static_cast<std::int64_t>(random() % (200 * 96)));
  if (!sometimes()) query.until = kNewYear + minutes(15 * static_cast<std::int64_t>((200 + random() % 220) * 96));
  if (sometimes()) query.hours = AccountQuery::HoursOfDay{18 * 60, random() % 2 ? 24 * 60 : 3 * 60 + 15};
  if (sometimes()) query.local_minute = clock_of(random() % 2 ? "Europe/Berlin" : "Asia/Kathmandu");
  for (const auto dimension : {AccountDimension::isp_pair, AccountDimension::agreement, AccountDimension::cdn_node,
                               AccountDimension::owner, AccountDimension::content_class, AccountDimension::content,
                               AccountDimension::client, AccountDimension::hour_of_day, AccountDimension::quarter}) {
    if (random() % 6 == 0) query.group_by.insert(dimension);
  }
  return query;
}

ComponentQuery random_component_query(std::mt19937_64& random) {
  ComponentQuery query;
  const auto sometimes = [&] { return random() % 3 == 0; };
  if (sometimes()) query.kind = random() % 2 ? ComponentKind::inter_isp_link : ComponentKind::router;
  if (sometimes()) query.key = "inter-isp-link:SP1>SP2";
  if (sometimes()) query.isp = IspId{1 + static_cast<std::int64_t>(random() % 3)};
  if (random() % 5 == 0) query.into = sample::kSp2;
  if (sometimes()) query.owner = "Label";
  if (sometimes()) query.content_class = random() % 2 ? ContentClass::live : ContentClass::file;
  if (random() % 9 == 0) query.content = sample::content_of("Title 1");
  const std::int64_t step = random() % 2 ? 1 : 300'000;
  if (!sometimes()) query.since = TimeMs{kNoon.value + static_cast<std::int64_t>(random() % 3'600'000) / step * step};
  if (!sometimes()) {
    const std::int64_t length = random() % 2 ? 90 * kDay.value : 900'000;
    query.until =
        TimeMs{(query.since.value_or(kNoon).value + static_cast<std::int64_t>(random()) % length) / step * step};
  }
  return query;
}

// Each receipt asked by itself: one that the question lets through gives its row.
std::vector<AccountRow> by_receipts(const AccountQuery& query, const std::vector<CountedReceipt>& receipts) {
  using Key = std::tuple<IspId, IspId, AgreementId, bool, std::string, int, ContentId, AgentKey, int, Quarter>;
  std::map<Key, AccountRow> rows;
  if (query.group_by.empty()) rows[{}];
  const auto by = [&](AccountDimension dimension) { return query.group_by.count(dimension) > 0; };
  for (const auto& [order, end, counters] : receipts) {
    const auto start = quarter_of(end).start();
    const int minute = query.local_minute ? query.local_minute(start) : static_cast<int>(start.value / 60'000 % 1440);
    const bool on_net = order.source_isp == order.destination_isp;
    if ((query.from && order.source_isp != *query.from) || (query.to && order.destination_isp != *query.to) ||
        (query.owner && order.owner != *query.owner) ||
        (query.content_class && order.content_class != *query.content_class) ||
        (query.content && order.content != *query.content) || (query.client && order.receiver != *query.client) ||
        (query.on_net && on_net != *query.on_net) || (query.since && end < *query.since) ||
        (query.until && end >= *query.until) || (query.agreement && order.agreement != *query.agreement) ||
        (query.cdn_node && order.cdn_node != *query.cdn_node)) {
      continue;
    }
    if (query.hours && !DayHours{query.hours->from_minute, query.hours->to_minute}.contains(minute)) continue;
    AccountRow row;
    if (by(AccountDimension::isp_pair)) row.from = order.source_isp, row.to = order.destination_isp;
    if (by(AccountDimension::agreement)) row.agreement = order.agreement;
    if (by(AccountDimension::cdn_node)) row.cdn_node = order.cdn_node;
    if (by(AccountDimension::owner)) row.owner = order.owner;
    if (by(AccountDimension::content_class)) row.content_class = order.content_class;
    if (by(AccountDimension::content)) row.content = order.content;
    if (by(AccountDimension::client)) row.client = order.receiver;
    if (by(AccountDimension::hour_of_day)) row.hour_of_day = minute / 60;
    if (by(AccountDimension::quarter)) row.quarter = quarter_of(end);
    auto& sum = rows[{row.from.value_or(IspId{}), row.to.value_or(IspId{}), row.agreement.value_or(AgreementId{}),
                      row.cdn_node.value_or(false), row.owner.value_or(""),
                      row.content_class ? static_cast<int>(*row.content_class) : 0, row.content.value_or(ContentId{}),
                      row.client.value_or(AgentKey{}), row.hour_of_day.value_or(0), row.quarter.value_or(Quarter{})}];
    row.counters = sum.counters;
    row.counters += counters;
    sum = row;
  }
  std::vector<AccountRow> all;
  for (const auto& [key, row] : rows) all.push_back(row);
  return all;
}

void check_equal(const AccountRow& found, const AccountRow& expected) {
  const auto& a = found;
  const auto& b = expected;
  CHECK(std::tie(a.from, a.to, a.agreement, a.cdn_node, a.owner, a.content_class, a.content, a.client, a.hour_of_day,
                 a.quarter) == std::tie(b.from, b.to, b.agreement, b.cdn_node, b.owner, b.content_class, b.content,
                                        b.client, b.hour_of_day, b.quarter));
  CHECK(a.counters == b.counters);
}

}  // namespace waybill::questions
