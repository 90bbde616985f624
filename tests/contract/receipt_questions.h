#pragma once
// Questions to the accounts and about components, by a seeded generator, and their answers by walking over single
// receipts: what the contract compares the counters' answers to.
#include <random>
#include <string>
#include <vector>

#include "tests/contract/sample_books.h"
#include "tracker/store/store.h"

namespace waybill::questions {

inline constexpr TimeMs kNewYear{1'767'225'600'000};  // 2026-01-01T00:00Z
inline constexpr DurationMs kDay = hours(24);

struct CountedReceipt {
  tracker::OrderFacts order;
  TimeMs end{};
  tracker::Counters counters;
};

tracker::MinuteOfDay clock_of(const std::string& timezone);
// One of 40 orders between three ISPs, of two owners and classes.
sample::OrderPlan plan_of(int number);
// Random receipts of 14 months, more of them at some hours than at others.
std::vector<CountedReceipt> history(int count);
// Receipts along the paths between the ISPs, over four months.
void fill_components(tracker::Store& store);

// Any of their fields may restrict.
tracker::AccountQuery random_query(std::mt19937_64& random);
tracker::ComponentQuery random_component_query(std::mt19937_64& random);

// Each receipt asked by itself: one that the question lets through gives its row.
std::vector<tracker::AccountRow> by_receipts(const tracker::AccountQuery& query,
                                             const std::vector<CountedReceipt>& receipts);
void check_equal(const tracker::AccountRow& found, const tracker::AccountRow& expected);

}  // namespace waybill::questions
