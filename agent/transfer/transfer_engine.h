#pragma once
// The BitTorrent side of an agent: serves blocks under live orders and nothing else, fetches from the sources that the
// tracker named, signs for what it received and hash-checked, and holds peers to the same. It owns a thread; every
// member function may be called from any thread and returns at once unless it says otherwise.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "agent/transfer/transfer_events.h"
#include "common/crypto/ed25519.h"
#include "common/protocol/control_messages.h"
#include "common/protocol/order.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"
#include "common/types/ip.h"
#include "common/types/result.h"

namespace waybill::transfer {

struct TransferOptions {
  crypto::KeyPair own_key;
  crypto::PublicKey tracker_key;    // the pinned one: orders that it did not sign are refused
  Endpoint listen;                  // port 0: a free one. Outgoing connections leave from the same address
  std::filesystem::path state_dir;  // created; what is known of the files on disk is kept here
  bool low_memory = false;          // set-top boxes: read and write files instead of mapping them, small buffers
  ByteRate upload_cap;              // of everything together; 0: none
  DurationMs proof_timeout = protocol::kPeerProofTimeout;  // of a connection without a live order
  bool utp = false;       // BEP 29 beside TCP: yields to other traffic, costs throughput
  bool map_port = false;  // ask the home gateway to forward the port (UPnP, NAT-PMP)
};

// Where the sender of an order is to connect to its receiver.
struct Call {
  Endpoint receiver;
  bool through_nats = false;  // by uTP, while the receiver does the same
};

enum class ContentMode {
  seed,     // the file is there, complete; checked before it is offered, unless it is as the engine left it
  download  // fetched into PATH.part, which becomes PATH when every piece has passed its hash check
};

class TransferEngine {
 public:
  // Blocks until it listens. `sink` is called on `main`, never after stop() returned on main's thread. `clock` and
  // `main` outlive the engine. Fails where the address or port cannot be had or state_dir cannot be written.
  static Result<std::unique_ptr<TransferEngine>> start(TransferOptions options, const runtime::Clock& clock,
                                                       std::function<void(TransferEvent)> sink,
                                                       runtime::EventLoop& main);
  ~TransferEngine();  // stops
  std::uint16_t port() const;

  // `path` names the file itself. What happens to it is told in ContentState events; adding a content again with the
  // same path changes nothing, with another path it fails. A malformed torrent is refused here.
  Result<ContentId> add_content(ByteString torrent, std::filesystem::path path, ContentMode mode);
  // The content's v1 twin (torrent_file.h): stock clients that an order names may fetch the content by it. One that is
  // not of the content is left out, with a warning in the log.
  void add_twin(ContentId content, ByteString twin);
  void remove_content(ContentId content, bool delete_data);
  void set_sequential(ContentId content, bool sequential);  // pieces in order, for playing while it arrives

  // Sender's side. An order that is malformed for its content, expired or for another sender is refused in
  // ServeEnded. The receiver may present the same order itself; both ways are one order.
  // Without a call the sender waits for its receiver to connect.
  void add_serve_order(protocol::SignedOrder order, IpAddress receiver, std::optional<Call> call = {});
  // What earlier lives of this agent served under an order that still lives. Call before the content is added, or the
  // receiver's first acknowledgement may be refused.
  void restore_order(protocol::SignedOrder order, IpAddress receiver, SentBytes sent, ByteString acknowledgement);

  // Receiver's side: connects to the source, or waits for it where the sender is the one to, and keeps trying while the
  // order lives.
  void add_source(protocol::SignedOrder order, Endpoint source, protocol::Dial dial = protocol::Dial::receiver);

  // Both sides: stops at once.
  void revoke(OrderId order, protocol::Refusal why);
  void set_sharing(protocol::SharingState sharing);  // without consent nothing is served; before the first call neither

  void read_counters(std::function<void(TransferCounters)> callback);  // called on main

  // Blocks: signs the last acknowledgements, closes the connections, saves what is known of the files; at most
  // kStopTimeout. Idempotent.
  void stop();

  struct Impl;

 private:
  explicit TransferEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

inline constexpr DurationMs kStopTimeout = seconds(10);

}  // namespace waybill::transfer
