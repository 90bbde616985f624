#pragma once
// What the transfer engine tells the app. Every event is a value; it arrives on the app's own loop, in the order in
// which things happened.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/protocol/control_messages.h"
#include "common/protocol/order.h"
#include "common/protocol/refusal.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::transfer {

// What is held of a content. Sent when it changes, while pieces arrive at most every kContentStateInterval.
struct ContentState {
  enum class Phase {
    checking,     // hashing what is on disk
    downloading,  // held in part; also when no source is known
    complete,     // every piece hash-checked, the file under its final name
    failed        // unreadable, unwritable, disk full, another file in the way: `message` says what to do
  };
  ContentId content;
  Phase phase = Phase::checking;
  std::int64_t pieces_held = 0;  // hash-checked; also while checking
  std::int64_t pieces_total = 0;
  ByteCount size;
  std::string message;  // empty unless failed, or a check began because the file was changed by somebody
};

// As sender: an order stands in the book, pushed by the tracker or presented by its receiver. Once per order and life
// of the engine, also for restored ones.
struct OrderAccepted {
  protocol::SignedOrder order;
  IpAddress receiver;  // as the tracker stated it or, where the receiver presented the order, its socket's address
};

// As sender: totals since the order began, earlier lives of the agent included. At most every kServeProgressInterval
// for one order, while anything changes.
struct ServeProgress {
  OrderId order;
  ContentId content;
  IpAddress receiver;
  bool connected = false;
  bool ending = false;  // nothing is granted under it any more; its receiver may still sign for what came
  SentBytes sent;
  AckedBytes acked;
  std::int64_t acked_pieces = 0;
  ByteString acknowledgement;  // envelope of the latest one; empty: none yet
  ByteRate rate;               // over the last second
  ByteRate max_rate;           // highest over one second, in this life of the engine
  TimeMs first_block{};        // of this life; 0: none yet
  TimeMs last_block{};
};

// As sender: the order is over. Nothing was written under it after this, and its last ServeProgress is inside. A last
// acknowledgement had kFarewellTimeout, or kLastPiecesTimeout, to arrive.
struct ServeEnded {
  ServeProgress last;
  protocol::Refusal why = protocol::Refusal::none;  // none: the receiver has everything, or the byte limit is used up
};

// As receiver: totals of every live order of one content, each kProgressInterval while it downloads.
struct FetchProgress {
  ContentId content;
  std::int64_t pieces_held = 0;
  std::int64_t pieces_total = 0;
  ByteRate rate;  // payload of all sources
  std::vector<protocol::OrderProgress> orders;
};

// As receiver: a source could not be used. The engine tries again by itself (kReconnectDelays) while the order lives,
// unless `final`.
struct SourceFailed {
  enum class Fault { unreachable, refused, lost, bad_data };
  ContentId content;
  OrderId order;
  Fault fault = Fault::unreachable;
  bool final = false;                                  // this engine will not use the order any more
  protocol::Refusal reason = protocol::Refusal::none;  // what the source said; none where it said nothing
  std::optional<std::int64_t> piece;                   // of bad_data: failed its hash check
  std::string message;                                 // for a person
};

// As receiver: an order was used up or ended in good order (its bytes, its time, its content complete).
struct FetchEnded {
  ContentId content;
  OrderId order;
  AckedBytes acked;
};

// A home gateway forwards this port of its own to the engine's. That it does no more is not told: libtorrent asks it
// again by itself, and the tracker's next try shows what holds.
struct PortForwarded {
  std::uint16_t port = 0;
};

using TransferEvent = std::variant<ContentState, OrderAccepted, ServeProgress, ServeEnded, FetchProgress, SourceFailed,
                                   FetchEnded, PortForwarded>;

// Refusals by reason since the engine's start, and what was served.
struct TransferCounters {
  std::array<std::int64_t, 64> refused_orders{};  // PeerRefusal sent, indexed by Refusal
  std::array<std::int64_t, 64> refused_blocks{};  // BEP 6 rejects sent, indexed by Refusal
  std::int64_t throttles = 0;                     // times a peer was choked for want of an acknowledgement
  std::int64_t disconnected_for_refusals = 0;     // peers that went on asking after kMaxRefusalsPerPeer
  std::int64_t peers = 0;                         // connected
  std::int64_t serving = 0;                       // orders with a connected receiver
  QueuedBytes queued;                             // granted, not yet written
  SentBytes sent;                                 // in this life
};

// How often and how long; each is a bound that README.md explains.
inline constexpr DurationMs kContentStateInterval{500};
inline constexpr DurationMs kServeProgressInterval{250};
// How long a receiver waits for a source that is to connect, and how often a sender tries to, how many times.
inline constexpr DurationMs kIncomingPatience = seconds(12);
inline constexpr DurationMs kCallAgain = seconds(8);
inline constexpr int kMaxCalls = 5;
inline constexpr DurationMs kFarewellTimeout = seconds(3);
// Of an order that ended while its receiver goes on: pieces that it brought in part pass their hash check only when
// other sources have brought the rest. Within kClockTolerance, so that the receipt still counts.
inline constexpr DurationMs kLastPiecesTimeout = seconds(60);
inline constexpr int kMaxRefusalsPerPeer = 64;
inline constexpr std::array<DurationMs, 5> kReconnectDelays{DurationMs{200}, seconds(1), seconds(2), seconds(5),
                                                            seconds(10)};

}  // namespace waybill::transfer
