#pragma once
// Every size and rate that both ends, or the load tools, must agree on. Stated once; README.md explains each message.
#include <cstddef>
#include <cstdint>

#include "common/types/units.h"

namespace waybill::protocol {

inline constexpr int kProtocolVersion = 1;

// Canonical encoding.
inline constexpr int kMaxBencodeDepth = 16;
// Values in one encoding, containers and keys included. Two bytes of input ("le") make a value of some 60 bytes in
// memory: without this bound a batch of kMaxBatchBytes could ask for 100 MB and more.
inline constexpr std::size_t kMaxBencodeItems = 1 << 16;
// 9999-12-31T23:59:59.999Z. Times on the wire lie between 0 and this, so that adding durations never overflows.
inline constexpr std::int64_t kMaxTimeMs = 253'402'300'799'999;

// Orders.
inline constexpr std::size_t kMaxOrderBytes = 8 * 1024;  // envelope included
inline constexpr std::size_t kMaxPieceRanges = 256;
inline constexpr std::size_t kMaxNameBytes = 256;  // owner, title, ISP names (UTF-8)
inline constexpr std::int64_t kMaxPieces = 1 << 22;
inline constexpr std::int64_t kMaxContentBytes = std::int64_t{1} << 44;  // 16 TiB
inline constexpr std::size_t kBlockBytes =
    16 * 1024;  // BEP 3: the only request size served, but for the last of a file

// Acknowledgements. A receiver acknowledges after each verified piece, at most every kAckInterval; a sender serves at
// most an order's ack window beyond the last acknowledged byte: what it can lose to a cheat.
inline constexpr std::size_t kMaxAcknowledgementBytes = 512;
inline constexpr DurationMs kAckInterval{100};
inline constexpr std::int64_t kDefaultAckWindow = 32ll << 20;

// Receipts.
inline constexpr std::size_t kMaxReceiptBytes = 16 * 1024;  // path and acknowledgement included
inline constexpr int kMaxHops = 40;
inline constexpr std::size_t kMaxHopNameBytes = 128;
inline constexpr std::size_t kMaxReceiptsPerBatch = 1000;
inline constexpr std::size_t kMaxBatchBytes = 4 << 20;
inline constexpr std::size_t kMaxDeliveryBytes = 512;  // envelope of a Delivery
inline constexpr std::int64_t kMaxReceiptSequence = 1'000'000'000;
// How far a receipt's times may lie outside its order's: the two clocks differ, and the last blocks are under way.
inline constexpr DurationMs kClockTolerance = seconds(120);

// Control channel (JSON text messages over one TLS WebSocket).
inline constexpr std::size_t kMaxControlMessageBytes = 1 << 20;
inline constexpr std::size_t kMaxLibraryEntries = 4096;  // content announced in one hello
inline constexpr std::size_t kMaxOrdersPerMessage = 64;
inline constexpr std::size_t kMaxLiveOrders = 4096;  // named in one hello, and served at once
inline constexpr int kMaxJsonDepth = 16;
inline constexpr std::size_t kMaxReasonBytes = 1024;  // text that explains a refusal; longer ones are cut when written
inline constexpr std::size_t kMaxEnrollLinkBytes = 1024;
inline constexpr std::size_t kMaxEnrollRequestBytes = 4096;
inline constexpr std::size_t kEnrollTokenBytes = 16;
inline constexpr DurationMs kProgressInterval = seconds(1);
inline constexpr DurationMs kChallengeTimeout = seconds(15);

// Metadata (.torrent files).
inline constexpr std::size_t kMaxTorrentBytes = 32 << 20;

// Extension messages inside the BitTorrent connection (BEP 10).
inline constexpr std::size_t kMaxPeerMessageBytes = 12 * 1024;
inline constexpr std::size_t kPeerNonceBytes = 16;
inline constexpr DurationMs kPeerProofTimeout = seconds(15);  // from connection to a live order, else disconnected

// URLs on the tracker.
inline constexpr char kControlPath[] = "/v1/control";
inline constexpr char kEnrollPath[] = "/v1/enroll";
inline constexpr char kReceiptsPath[] = "/v1/receipts";
inline constexpr char kPublishPath[] = "/v1/publish";
inline constexpr char kContentPath[] = "/content/";     // + content id: what an owner's page redirects to
inline constexpr char kTorrentPath[] = "/v1/torrent/";  // + content id
inline constexpr char kTwinPath[] = "/v1/twin/";        // + content id: its v1 twin, for stock clients

}  // namespace waybill::protocol
