#pragma once
// Orders and receipts as real agents would sign them, made from a few numbers: for the tests of the store, ingest and
// accounting, and for the ingest bench. The same numbers give the same bytes.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/ed25519.h"
#include "common/protocol/receipt.h"
#include "tracker/paths/path_tables.h"
#include "tracker/store/evidence.h"

namespace waybill::sample {

// Keys by name: "tracker", "alice", ...
const crypto::KeyPair& key_of(const std::string& name);
ContentId content_of(const std::string& title);

inline constexpr TimeMs kNoon{1'793'534'400'000};  // 2026-11-01T12:00:00Z
inline constexpr IspId kSp1{1}, kSp2{2}, kSp3{3};  // 198.18.<id>.0/24 each

struct OrderPlan {
  int number = 1;  // the order's id follows from it
  std::string sender = "alice";
  std::string receiver = "bob";
  std::string owner = "MovieStudio";
  std::string title = "Film";
  ContentClass content_class = ContentClass::file;
  IspId source_isp = kSp1;
  IspId destination_isp = kSp2;
  AgreementId agreement{1};  // 0: the sender is a CDN node
  std::int64_t byte_limit = 100'000'000;
  std::int64_t pieces = 100;
  bool stock = false;  // to a stock client: nobody acknowledges
  TimeMs not_before = kNoon;
  TimeMs not_after = kNoon + minutes(60);
};
OrderId order_id(int number);
tracker::IssuedOrder issue(const OrderPlan& plan);

struct ReceiptPlan {
  std::int64_t sequence = 1;
  std::int64_t sent = 1'000'000;
  std::int64_t sent_total = 1'000'000;
  std::optional<std::int64_t> acked_total = 1'000'000;  // absent: no acknowledgement
  std::int64_t acked_pieces = 1;
  TimeMs start = kNoon;
  TimeMs end = kNoon + seconds(10);
  std::optional<TimeMs> acked_at;  // absent: at the end
  // Wrong on purpose, for refusals.
  std::string signed_by;                      // instead of the order's sender
  std::string acked_by;                       // instead of the order's receiver
  std::optional<int> acked_order;             // instead of the order's number
  std::optional<ByteString> acknowledgement;  // instead of a signed one
  bool measured = true;                       // with a path
};
ByteString receipt_of(const OrderPlan& order, const ReceiptPlan& plan);

// A way of three routers from the sender's ISP to the receiver's; `number` tells senders' first routers apart.
protocol::Path path_between(IspId from, IspId to, int number);
std::shared_ptr<const tracker::PathTables> tables();

}  // namespace waybill::sample
