// What a receiver owes its sources: signed totals of what it has hash-checked; and what the app hears of it.
#include <algorithm>

#include "agent/transfer/fetch_desk_libtorrent.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "common/protocol/acknowledgement.h"

namespace waybill::transfer {

using protocol::Refusal;
using Fault = SourceFailed::Fault;

void FetchDesk::sign(const Content& content, orders::FetchOrder& order) {
  auto* channel = channel_of(content, order);
  if (channel == nullptr) return;  // told again when it is connected
  const auto next = orders::FetchLedger::acknowledge(order, core_.now(), core_.monotonic());
  order.last_word = protocol::sign_acknowledgement(core_.options().own_key, next);
  channel->send_acknowledgement(order.last_word);
}

// The source hands back the latest of our own acknowledgements: it has come, or we may have been killed since.
void FetchDesk::reminded(PeerChannel& channel, ByteView envelope, const protocol::OpenedAcknowledgement& own) {
  auto* order = channel.content().ledger.find(own.acknowledgement.order);
  if (order != nullptr && order->last_word == envelope) return orders::FetchLedger::confirm(*order);
  if (order != nullptr && own.acknowledgement.sequence < order->sequence) return;  // a later one is on its way
  const bool ours =
      order != nullptr && order->order().sender == channel.key() && own.signed_by(core_.options().own_key.public_key());
  if (!ours) return channel.refuse_order(Refusal::acknowledgement_invalid, own.acknowledgement.order);
  channel.content().ledger.remind(*order, own.acknowledgement);
}

void FetchDesk::piece_passed(Content& content, std::int64_t piece) {
  const auto monotonic = core_.monotonic();
  for (auto* order : content.ledger.passed(piece)) {
    if (orders::FetchLedger::acknowledgement_due(*order, monotonic)) sign(content, *order);
  }
}

// One source alone brought the piece: it is to blame. Of several, none is given up before libtorrent has fetched the
// piece again from one of them.
void FetchDesk::piece_failed(Content& content, std::int64_t piece) {
  const auto suspects = content.ledger.failed(piece);
  const auto number = std::to_string(piece);
  for (const auto* order : suspects) {
    const auto at = index_of(order->id());
    if (at >= sources_.size()) continue;
    const bool alone = suspects.size() == 1;
    fail(sources_[at], Fault::bad_data, alone, Refusal::none,
         sources_[at].endpoint.str() + " sent data that fails the hash check of piece " + number, piece);
    if (!alone) continue;
    auto* channel = channel_of(content, *order);
    finish(content, at, false);
    if (channel != nullptr && !channel->serving()) channel->close_after(DurationMs{0}, "bad data");
  }
}

// The source waits for us: sign for whatever there is.
void FetchDesk::choked(PeerChannel& channel) {
  if (!channel.proven()) return;
  for (const auto& order : channel.content().ledger.orders()) {
    if (order->order().sender == channel.key() && order->verified > order->acknowledged) {
      sign(channel.content(), *order);
    }
  }
}

void FetchDesk::tick(TimeMs now, DurationMs monotonic) {
  for (std::size_t i = sources_.size(); i-- > 0;) {
    const auto content = core_.shelf().find(sources_[i].content);
    auto& source = sources_[i];
    if (now >= source.order->order().not_after) {
      finish(*content, i, true);
    } else if (content->servable() && monotonic >= source.next_attempt && !connected(source)) {
      attempt(source, content, monotonic);
    }
  }
  // Orders that ended as well: their last pieces may pass later.
  for (const auto& [id, content] : core_.shelf().all()) {
    for (const auto& order : content->ledger.orders()) {
      if (orders::FetchLedger::acknowledgement_due(*order, monotonic)) sign(*content, *order);
    }
  }
}

void FetchDesk::sign_everything() {
  for (const auto& [id, content] : core_.shelf().all()) {
    for (const auto& order : content->ledger.orders()) {
      if (order->verified > order->acknowledged) sign(*content, *order);
    }
  }
}

void FetchDesk::second(TimeMs) {
  for (auto& source : sources_) {
    source.rate = {source.order->arrived.value - source.arrived_before.value};
    source.arrived_before = source.order->arrived;
  }
  for (const auto& [id, content] : core_.shelf().all()) tell_progress(*content);
}

void FetchDesk::tell_progress(const Content& content) {
  FetchProgress progress;
  progress.content = content.id();
  progress.pieces_held = content.held;
  progress.pieces_total = content.facts.pieces;
  for (const auto& source : sources_) {
    if (source.content != content.id()) continue;
    progress.orders.push_back({source.order->id(), source.order->verified, source.rate, connected(source)});
    progress.rate += source.rate;
  }
  if (!progress.orders.empty()) core_.emit(std::move(progress));
}

}  // namespace waybill::transfer
