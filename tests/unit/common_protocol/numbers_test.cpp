// Numbers on the wire: named, known, ordered, and never renumbered (the golden list in golden_test.cpp holds them
// fast).
#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "common/protocol/receipt_status.h"
#include "common/protocol/refusal.h"

using namespace waybill::protocol;

TEST_CASE("receipt statuses ascend in order of precedence and have names of their own") {
  std::set<std::string_view> names;
  int last = -1;
  for (const auto status : kAllReceiptStatuses) {
    CHECK(static_cast<int>(status) > last);
    last = static_cast<int>(status);
    CHECK(is_known_receipt_status(last));
    CHECK(name_of(status) != "unknown");
    CHECK(names.insert(name_of(status)).second);
  }
  for (const int number : {-1, 3, 9, 45, 1000}) CHECK_FALSE(is_known_receipt_status(number));
  CHECK(name_of(static_cast<ReceiptStatus>(9)) == "unknown");
}

TEST_CASE("only what is stored is durable, and only try_later may be tried again") {
  for (const auto status : kAllReceiptStatuses) {
    CHECK(is_durable(status) == (status == ReceiptStatus::recorded || status == ReceiptStatus::exists));
    CHECK(is_transient(status) == (status == ReceiptStatus::try_later));
  }
}

TEST_CASE("refusals keep their numbers, and unknown numbers read as none") {
  CHECK(refusal_from_number(0) == Refusal::none);
  CHECK(refusal_from_number(13) == Refusal::acknowledgement_overdue);
  CHECK(refusal_from_number(55) == Refusal::quota_exhausted);
  CHECK(refusal_from_number(56) == Refusal::order_replaced);
  CHECK(refusal_from_number(57) == Refusal::policy_limit);
  CHECK(refusal_from_number(58) == Refusal::owner_limit);
  for (const int number : {-1, 17, 39, 59, 1'000'000}) CHECK(refusal_from_number(number) == Refusal::none);
  std::set<std::string_view> names;
  int known = 0;
  for (int number = 1; number < 100; ++number) {
    if (refusal_from_number(number) == Refusal::none) continue;
    ++known;
    CHECK(names.insert(name_of(refusal_from_number(number))).second);
  }
  CHECK(known == 35);
}
