#include <algorithm>

#include "agent/orders/fetch_ledger.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/serve_desk_libtorrent.h"
#include "agent/transfer/stock_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"

namespace waybill::transfer {

using protocol::Refusal;

namespace {

// What the receiver is told when an order ends before its time: the reason where there is one.
Refusal said(Refusal why) { return why == Refusal::none ? Refusal::bytes_exhausted : why; }

}  // namespace

void ServeDesk::push(protocol::SignedOrder order, IpAddress receiver, const std::optional<Call>& call) {
  const auto facts = order.order;
  const auto admission = book_.admit(std::move(order), receiver, core_.now());
  if (admission.order != nullptr) {
    if (admission.fresh) accepted(*admission.order);
    told_[facts.id].call = call;
    return call_receiver(*admission.order, told_[facts.id], core_.monotonic());
  }
  ServeEnded refused;
  refused.last.order = facts.id;
  refused.last.content = facts.content;
  refused.last.receiver = receiver;
  refused.why = admission.refusal;
  core_.emit(std::move(refused));
}

void ServeDesk::restore(protocol::SignedOrder order, IpAddress receiver, SentBytes sent,
                        const ByteString& acknowledgement) {
  std::optional<protocol::OpenedAcknowledgement> latest;
  if (!acknowledgement.empty()) {
    if (auto opened = protocol::read_acknowledgement(acknowledgement)) latest = std::move(*opened);
  }
  const auto facts = order.order;
  const auto admission = book_.restore(std::move(order), receiver, sent, latest, core_.now());
  if (admission.order != nullptr) {
    if (admission.fresh) accepted(*admission.order);
    return;
  }
  ServeEnded over;
  over.last.order = facts.id;
  over.last.content = facts.content;
  over.last.receiver = receiver;
  over.last.sent = sent;
  over.last.acknowledgement = acknowledgement;
  if (latest) over.last.acked = latest->acknowledgement.total_bytes;
  if (latest) over.last.acked_pieces = latest->acknowledgement.total_pieces;
  over.why = admission.refusal;
  core_.emit(std::move(over));
}

void ServeDesk::accepted(const orders::BookedOrder& order) {
  auto& told = told_[order.id()];
  told.sent = told.second_began_with = order.totals.sent;
  told.acked = order.totals.acked;
  told.second_began = core_.monotonic();
  core_.emit(OrderAccepted{order.signed_order, order.receiver_address});
  // The client may have been quicker than its order.
  const auto content = order.order().stock_address ? core_.shelf().find(order.order().content) : nullptr;
  if (content) reconsider_stock(*content);
}

Refusal ServeDesk::presented(PeerChannel& channel, ByteView envelope, OrderId& id) {
  auto order = protocol::open_order(envelope, core_.options().tracker_key);
  if (!order) return Refusal::order_invalid;
  id = order->order.id;
  const auto now = core_.now();
  const auto own =
      orders::belongs(order->order, core_.options().own_key.public_key(), channel.key(), channel.content().id(), now);
  if (own != Refusal::none) return own;
  const auto admission = book_.admit(std::move(*order), channel.remote().address, now);
  if (admission.order == nullptr) return admission.refusal;
  if (admission.fresh) accepted(*admission.order);
  // A receiver that comes back may have left a dead connection behind: the later one counts.
  const auto channels = channel.content().channels;
  for (auto* other : channels) {
    if (other == &channel || !other->serves(id)) continue;
    other->stop_serving(id);
  }
  channel.serve(id);
  return Refusal::none;
}

Refusal ServeDesk::acknowledged(PeerChannel& channel, const protocol::OpenedAcknowledgement& acknowledgement) {
  return book_.acknowledge(acknowledgement, channel.key());
}

void ServeDesk::receiver_is_through(const PeerChannel& channel, const OrderId& id) {
  const auto* order = book_.find(id);
  if (order != nullptr && order->order().receiver == channel.key()) told_[id].receiver_through = true;
}

void ServeDesk::revoke(const OrderId& id, Refusal why) {
  book_.revoke(id, why, core_.now());
  auto* order = book_.find(id);
  if (order == nullptr) return;
  begin_end(*order, told_[id], why, core_.monotonic());
}

void ServeDesk::set_sharing(bool consented) {
  if (book_.sharing() == consented) return;
  book_.set_sharing(consented);
  const auto channels = core_.channels();
  for (auto* channel : channels) {
    for (const auto* order : book_.all()) {
      if (consented || !channel->serves(order->id())) continue;
      // Nothing more is granted; the receiver may still sign for what lies on its way, behind which this word comes.
      channel->refuse_order(Refusal::sharing_off, order->id(), kFarewellTimeout);
    }
    channel->reconsider_service();
  }
  for (const auto& [id, content] : core_.shelf().all()) reconsider_stock(*content);
}

void ServeDesk::reconsider_stock(const Content& content) {
  const auto clients = content.stock_channels;
  for (auto* client : clients) client->reconsider_service();
}

bool ServeDesk::connected(const orders::BookedOrder& order) const {
  const auto content = core_.shelf().find(order.order().content);
  if (!content) return false;
  if (order.order().stock_address) {
    return std::any_of(content->stock_channels.begin(), content->stock_channels.end(), [&](const auto* client) {
      return client->serving() && client->address() == order.order().stock_address;
    });
  }
  return std::any_of(content->channels.begin(), content->channels.end(),
                     [&](const PeerChannel* channel) { return channel->serves(order.id()); });
}

bool ServeDesk::calls(const Content& content, const Endpoint& remote) {
  return std::any_of(told_.begin(), told_.end(), [&](const auto& each) {
    const auto& [id, told] = each;
    if (!told.call || told.call->receiver != remote || told.ending_since) return false;
    const auto* order = book_.find(id);
    return order != nullptr && order->order().content == content.id();
  });
}

// A receiver that cannot reach this end: it presents its order on the connection that this end opens.
void ServeDesk::call_receiver(const orders::BookedOrder& order, Told& told, DurationMs monotonic) {
  if (!told.call || told.calls >= kMaxCalls || told.ending_since || monotonic < told.next_call) return;
  const auto content = core_.shelf().find(order.order().content);
  if (!content || !content->servable()) return;
  const auto& channels = content->channels;
  const bool met = std::any_of(channels.begin(), channels.end(), [&](const PeerChannel* channel) {
    if (channel->closing()) return false;
    if (channel->proven()) return channel->key() == order.order().receiver;
    return channel->outgoing() && channel->remote() == told.call->receiver;
  });
  if (met) return;
  ++told.calls;
  told.next_call = monotonic + kCallAgain;
  core_.dialer().dial(content, told.call->receiver,
                      told.call->through_nats ? Dialer::Way::through_nats : Dialer::Way::ordinary);
}

int ServeDesk::serving() const {
  return static_cast<int>(
      std::count_if(told_.begin(), told_.end(), [](const auto& each) { return each.second.connected; }));
}

bool ServeDesk::window_open(const std::vector<OrderId>& orders) {
  return std::any_of(orders.begin(), orders.end(), [this](const OrderId& id) {
    const auto* order = book_.find(id);
    if (order == nullptr || order->exhausted()) return false;
    const auto room = order->order().ack_window.value - order->totals.unacknowledged().value;
    return room >= static_cast<std::int64_t>(protocol::kBlockBytes);
  });
}

ServeProgress ServeDesk::progress_of(const orders::BookedOrder& order, const Told& told) const {
  ServeProgress progress;
  progress.order = order.id();
  progress.content = order.order().content;
  progress.receiver = order.receiver_address;
  progress.connected = told.connected;
  progress.ending = told.ending;
  progress.sent = order.totals.sent;
  progress.acked = order.totals.acked;
  progress.acked_pieces = order.acked_pieces;
  progress.acknowledgement = order.acknowledgement;
  progress.rate = told.rate;
  progress.max_rate = told.max_rate;
  progress.first_block = order.first_block;
  progress.last_block = order.last_block;
  return progress;
}

void ServeDesk::sample_rate(const orders::BookedOrder& order, Told& told, DurationMs monotonic) {
  const auto elapsed = monotonic - told.second_began;
  if (elapsed < seconds(1)) return;
  told.rate = {(order.totals.sent - told.second_began_with).value * 1000 / elapsed.value};
  told.max_rate = std::max(told.max_rate, told.rate);
  told.second_began = monotonic;
  told.second_began_with = order.totals.sent;
}

void ServeDesk::tell(const orders::BookedOrder& order, Told& told, DurationMs monotonic) {
  const bool now_connected = connected(order);
  const bool ending = told.ending_since.has_value();
  const auto& totals = order.totals;
  const bool changed = totals.sent != told.sent || totals.acked != told.acked || now_connected != told.connected ||
                       ending != told.ending;
  sample_rate(order, told, monotonic);
  if (!changed || monotonic - told.at < kServeProgressInterval) return;
  told.at = monotonic;
  told.sent = totals.sent;
  told.acked = totals.acked;
  told.connected = now_connected;
  told.ending = ending;
  core_.emit(progress_of(order, told));
}

// From here on nothing is granted under it; the receiver may sign for what has arrived.
void ServeDesk::begin_end(orders::BookedOrder& order, Told& told, Refusal why, DurationMs monotonic) {
  if (told.ending_since) return;
  told.ending_since = monotonic;
  const auto content = core_.shelf().find(order.order().content);
  if (!content) return;
  const auto channels = content->channels;
  for (auto* channel : channels) {
    if (!channel->serves(order.id())) continue;
    channel->withdraw(order.order());
    if (!order.fulfilled()) channel->send(protocol::PeerRefusal{said(why), order.id()});
    channel->reconsider_service();
  }
  if (order.order().stock_address) reconsider_stock(*content);
}

// What left under one order its receiver may book under another that covers the same pieces, and sign for there.
bool ServeDesk::others_unsigned(const orders::BookedOrder& order) {
  const auto* customer = book_.customer(order.order().receiver, order.order().content);
  return customer != nullptr && std::any_of(customer->orders.begin(), customer->orders.end(), [&](const auto* other) {
           return other->id() != order.id() &&
                  (other->totals.unacknowledged().value > 0 || other->totals.queued.value > 0);
         });
}

bool ServeDesk::may_end(const orders::BookedOrder& order, const Told& told, Refusal why, DurationMs monotonic) {
  if (order.totals.queued.value > 0) return false;
  if (order.order().stock_address) return true;  // nobody acknowledges: there is nothing to wait for
  if (order.fulfilled() || told.receiver_through) return true;
  if (order.totals.acked.value >= order.totals.sent.value && !others_unsigned(order)) return true;
  // What a receiver that used its bytes up still has to check may need blocks of other sources first.
  if (why == Refusal::none && connected(order)) return false;
  if (!connected(order)) return monotonic - *told.ending_since >= kFarewellTimeout;
  const bool pieces_may_still_pass = why != Refusal::request_ended;
  return monotonic - *told.ending_since >= (pieces_may_still_pass ? kLastPiecesTimeout : orders::kLastWord);
}

void ServeDesk::end(OrderId id, Refusal why, DurationMs monotonic) {
  auto* order = book_.find(id);
  auto& told = told_[id];
  const auto elapsed = std::max(seconds(1), monotonic - told.second_began);
  const ByteRate last{(order->totals.sent - told.second_began_with).value * 1000 / elapsed.value};
  told.max_rate = std::max(told.max_rate, last);
  told.rate = {};
  told.connected = false;
  ServeEnded ended{progress_of(*order, told), why};
  const auto content = core_.shelf().find(order->order().content);
  book_.strike(id, why, core_.now());
  told_.erase(id);
  if (content) {
    const auto channels = content->channels;
    for (auto* channel : channels) channel->stop_serving(id);
  }
  core_.emit(std::move(ended));
}

void ServeDesk::tick(TimeMs now, DurationMs monotonic) {
  for (auto* order : book_.all()) {
    auto& told = told_[order->id()];
    tell(*order, told, monotonic);
    auto over = book_.end_of(*order, now);
    // Used up and then past its end: from now on nobody needs to be waited for.
    if (over.over && over.why == Refusal::none && !order->fulfilled() && now >= order->order().not_after) {
      over.why = Refusal::order_expired;
    }
    if (!over.over) {
      told.ending_since.reset();
      call_receiver(*order, told, monotonic);
      continue;
    }
    begin_end(*order, told, over.why, monotonic);
    if (may_end(*order, told, over.why, monotonic)) end(order->id(), over.why, monotonic);
  }
}

}  // namespace waybill::transfer
