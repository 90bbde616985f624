#pragma once
// The receiver's side: sources, connections to them, and the acknowledgements that they are owed.
#include <string>
#include <vector>

#include "agent/orders/fetch_ledger.h"
#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/transfer_engine.h"
#include "common/protocol/acknowledgement.h"
#include "common/protocol/peer_messages.h"

namespace waybill::transfer {

class PeerChannel;
class TransferCore;

class FetchDesk {
 public:
  explicit FetchDesk(TransferCore& core) : core_(core) {}

  void add_source(protocol::SignedOrder order, Endpoint source, protocol::Dial dial);
  void revoke(const OrderId& order, protocol::Refusal why);

  // From channels.
  void proven(PeerChannel& channel);
  void refused(PeerChannel& channel, const protocol::PeerRefusal& refusal);
  void reminded(PeerChannel& channel, ByteView envelope, const protocol::OpenedAcknowledgement& own);
  void disconnected(PeerChannel& channel, const std::string& why);
  void choked(PeerChannel& channel);
  bool wanted(const Content& content, const Endpoint& remote) const;  // a live order names this endpoint

  // From the torrent.
  void piece_passed(Content& content, std::int64_t piece);
  void piece_failed(Content& content, std::int64_t piece);
  void content_ready(Content& content);     // checked: connect
  void content_complete(Content& content);  // sign for the rest, let the sources go
  void content_gone(const ContentId& content);

  void tick(TimeMs now, DurationMs monotonic);
  void second(TimeMs now);  // rates and FetchProgress
  void sign_everything();   // before the session closes
  bool busy() const { return !sources_.empty(); }

 private:
  struct Source {
    ContentId content;
    orders::FetchOrder* order = nullptr;  // in the content's ledger
    Endpoint endpoint;
    protocol::Dial dial = protocol::Dial::receiver;
    std::size_t failures = 0;  // in a row
    DurationMs next_attempt{};
    bool attempting = false;   // libtorrent was asked to connect
    ByteCount arrived_before;  // at the last second
    ByteRate rate;
  };
  PeerChannel* channel_of(const Content& content, const orders::FetchOrder& order) const;
  bool connected(const Source& source) const;
  void attempt(Source& source, const std::shared_ptr<Content>& content, DurationMs monotonic);
  void wait_for(Source& source, DurationMs monotonic);
  void back_off(Source& source, DurationMs monotonic);
  void fail(const Source& source, SourceFailed::Fault fault, bool final, protocol::Refusal reason, std::string message,
            std::optional<std::int64_t> piece = std::nullopt);
  void sign(const Content& content, orders::FetchOrder& order);
  void finish(Content& content, std::size_t source_index, bool tell);  // removes sources_[source_index]
  void tell_progress(const Content& content);
  std::size_t index_of(const OrderId& order) const;

  TransferCore& core_;
  std::vector<Source> sources_;
};

}  // namespace waybill::transfer
