#pragma once
// The serve order: the tracker's signed permission for one sender to serve one receiver a part of one content (patent
// claim 1). Without a live one, an agent serves nothing.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/protocol/envelope.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::protocol {

struct PieceRange {
  std::int64_t first = 0;
  std::int64_t count = 0;  // at least 1
  auto operator<=>(const PieceRange&) const = default;
};

struct ServeOrder {
  OrderId id;
  ContentId content;
  std::string owner;  // of the content
  AgentKey sender;
  AgentKey receiver;
  AgreementId agreement;           // 0: the sender is a CDN node and needs none
  std::vector<PieceRange> ranges;  // ascending, not touching; what may be served
  ByteCount byte_limit;            // payload bytes that may be sent under this order in all
  ByteRate rate_limit;             // 0: none
  ByteCount ack_window;            // payload bytes that may be sent beyond the last acknowledged one
  TimeMs not_before{};
  TimeMs not_after{};
  // Present: the receiver is a stock BitTorrent client at this address. It is served on the content's v1 twin, without
  // proof of a key and without acknowledgements; the window then is the byte limit.
  std::optional<IpAddress> stock_address = {};

  bool covers(std::int64_t piece) const;
  std::int64_t piece_count() const;
  bool operator==(const ServeOrder&) const = default;
};

ByteString encode_order(const ServeOrder& order);
Result<ServeOrder> decode_order(ByteView payload);

struct SignedOrder {
  ServeOrder order;
  ByteString envelope;  // as received; what is passed on and kept as evidence
};
SignedOrder sign_order(const crypto::KeyPair& tracker, const ServeOrder& order);
// Refuses what is malformed or not signed by `tracker`.
Result<SignedOrder> open_order(ByteView envelope, const crypto::PublicKey& tracker);
// For evidence whose signature was checked when it came in: reads without verifying.
Result<ServeOrder> read_order_unverified(ByteView envelope);

}  // namespace waybill::protocol
