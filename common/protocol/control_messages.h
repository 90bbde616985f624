#pragma once
// The control channel: JSON text messages over one TLS WebSocket from agent to tracker. {"type": "...", ...}; signed
// objects travel inside as hexadecimal envelopes. README.md shows the order in which they are exchanged.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/crypto/ed25519.h"
#include "common/protocol/enroll.h"
#include "common/protocol/limits.h"
#include "common/protocol/refusal.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::protocol {

// tracker -> agent, first. The agent proves its key by signing (domain kHelloDomain) nonce + tracker key + own key.
struct Challenge {
  int version = kProtocolVersion;
  ByteString nonce;  // 32 bytes
};

struct HeldContent {
  ContentId content;
  std::int64_t pieces_held = 0;
  std::int64_t pieces_total = 0;
  bool operator==(const HeldContent&) const = default;
};

// What the owner of the machine permits (claims 4, 5).
struct SharingState {
  bool consented = false;
  ByteRate upload_cap;   // 0: none
  int upload_slots = 8;  // orders served at once
  bool operator==(const SharingState&) const = default;
};

// Which end of an order opens the connection: the one that can reach the other.
enum class Dial : int {
  receiver = 0,
  sender = 1,
  both = 2  // at the same time by uTP, each end through its own home gateway (RFC 5128 section 3.3)
};

struct Hello {
  AgentKey key;
  crypto::Signature proof;
  std::uint16_t transfer_port = 0;  // BitTorrent listening port; the address is the one the tracker sees
  // The agent's own end of the control connection: another one than the tracker sees tells of a NAT between them.
  std::optional<IpAddress> local_address = {};
  std::uint16_t mapped_port = 0;  // that a home gateway forwards to the transfer port (UPnP, NAT-PMP); 0: none
  SharingState sharing;
  std::vector<HeldContent> library;
  std::vector<OrderId> live_orders;  // as sender: so that a restarted tracker may revoke what it no longer stands by
};
crypto::Signature sign_hello(const crypto::KeyPair& agent, ByteView nonce, const crypto::PublicKey& tracker);
bool verify_hello(const Hello& hello, ByteView nonce, const crypto::PublicKey& tracker);

struct Welcome {
  AgentRole role = AgentRole::client;
  std::string isp;  // "" where no ISP's prefix covers the address
  IpAddress observed;
  TimeMs time{};  // the tracker's clock
};
// Whether a connection to the agent's port came through; after each hello and PortMapped.
struct Reach {
  bool open = false;
  std::uint16_t port = 0;  // that was tried
};
struct Refused {  // then the channel closes, unless it answers a Want
  Refusal reason = Refusal::none;
  std::string message;
  std::optional<ContentId> content;
};

// agent -> tracker, on change.
struct LibraryUpdate {
  HeldContent held;  // pieces_held 0: gone
};
struct SharingUpdate {
  SharingState sharing;
};
struct PortMapped {  // as Hello::mapped_port
  std::uint16_t port = 0;
};
struct LoadReport {  // every kProgressInterval while it serves
  ByteRate upload_rate;
  int orders_served = 0;
};

// agent -> tracker: "direct me to sources" (FIG. 3A, 352), and how it goes.
struct Want {
  ContentId content;
  std::int64_t pieces_held = 0;  // verified already, e.g. before a restart
  bool sequential = false;
};
struct OrderProgress {
  OrderId order;
  AckedBytes acked;  // verified bytes so far under this order
  ByteRate rate;
  bool connected = false;
  bool operator==(const OrderProgress&) const = default;
};
struct Progress {
  ContentId content;
  std::int64_t pieces_held = 0;
  std::vector<OrderProgress> orders;
};
struct SourceFailed {  // the receiver could not use an order: refused by the source, unreachable, or bad data
  OrderId order;
  Refusal reason = Refusal::none;
  std::string message;
};
struct Done {
  ContentId content;
  ByteString delivery;  // envelope of a Delivery
};
struct GiveUp {
  ContentId content;
};

// tracker -> receiver.
struct SourceOrder {
  ByteString order;  // envelope
  Endpoint source;
  bool cdn_node = false;
  bool on_net = false;
  std::string source_isp;
  Dial dial = Dial::receiver;
};
struct Sources {
  ContentId content;
  std::vector<SourceOrder> orders;
};
struct DoneRecorded {
  ContentId content;
};
// tracker -> sender.
struct Serve {
  ByteString order;  // envelope
  IpAddress receiver;
  Dial dial = Dial::receiver;
  std::uint16_t receiver_port = 0;  // where the sender is to connect; 0 where it is not
};
// tracker -> either end: stop at once.
struct Revoke {
  OrderId order;
  Refusal reason = Refusal::none;
};

using ControlMessage =
    std::variant<Challenge, Hello, Welcome, Refused, LibraryUpdate, SharingUpdate, LoadReport, Want, Progress,
                 SourceFailed, Done, GiveUp, Sources, DoneRecorded, Serve, Revoke, PortMapped, Reach>;

std::string to_text(const ControlMessage& message);
// Refuses what is not JSON, of unknown type, with fields missing, mistyped or beyond the limits of limits.h.
Result<ControlMessage> parse_control_message(std::string_view text);
std::string_view type_name(const ControlMessage& message);

}  // namespace waybill::protocol
