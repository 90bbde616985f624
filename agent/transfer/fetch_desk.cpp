// Sources and the connections to them.
#include <algorithm>

#include "agent/transfer/fetch_desk_libtorrent.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"

namespace waybill::transfer {

using protocol::Refusal;
using Fault = SourceFailed::Fault;

namespace {

constexpr std::size_t kNoSource = static_cast<std::size_t>(-1);

// May the same order work later at this source?
bool may_recover(Refusal reason) {
  switch (reason) {
    case Refusal::none:
    case Refusal::key_not_proven:
    case Refusal::no_order:
    case Refusal::order_not_begun:
    case Refusal::upload_cap_reached:
    case Refusal::too_busy:
    case Refusal::acknowledgement_overdue:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::size_t FetchDesk::index_of(const OrderId& order) const {
  const auto at =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) { return each.order->id() == order; });
  return at == sources_.end() ? kNoSource : static_cast<std::size_t>(at - sources_.begin());
}

void FetchDesk::add_source(protocol::SignedOrder order, Endpoint endpoint, protocol::Dial dial) {
  const auto content = core_.shelf().find(order.order.content);
  SourceFailed refused{order.order.content, order.order.id, Fault::refused, true, Refusal::none, {}, ""};
  if (!content) {
    refused.message = "the content was not added";
    return core_.emit(std::move(refused));
  }
  if (order.order.receiver != core_.options().own_key.public_key() || core_.now() >= order.order.not_after) {
    refused.reason = order.order.not_after <= core_.now() ? Refusal::order_expired : Refusal::order_for_another;
    refused.message = "the order is not in force for this agent";
    return core_.emit(std::move(refused));
  }
  if (index_of(order.order.id) != kNoSource) return;
  if (content->phase == ContentState::Phase::complete) {
    return core_.emit(FetchEnded{order.order.content, order.order.id, {}});
  }
  auto* entry = content->ledger.add(std::move(order));
  if (entry == nullptr) {
    refused.reason = Refusal::too_busy;
    refused.message = "too many orders for one content";
    return core_.emit(std::move(refused));
  }
  entry->ended = false;
  Source source;
  source.content = content->id();
  source.order = entry;
  source.endpoint = endpoint;
  source.dial = dial;
  source.arrived_before = entry->arrived;
  sources_.push_back(source);
  if (auto* channel = channel_of(*content, *entry)) return channel->present(*entry);
  if (content->servable()) attempt(sources_.back(), content, core_.monotonic());
}

PeerChannel* FetchDesk::channel_of(const Content& content, const orders::FetchOrder& order) const {
  PeerChannel* found = nullptr;
  for (auto* channel : content.channels) {
    if (!channel->proven() || channel->closing() || channel->key() != order.order().sender) continue;
    if (found == nullptr || channel->outgoing()) found = channel;
  }
  return found;
}

bool FetchDesk::connected(const Source& source) const {
  const auto content = core_.shelf().find(source.content);
  return content && channel_of(*content, *source.order) != nullptr;
}

bool FetchDesk::wanted(const Content& content, const Endpoint& remote) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const Source& source) {
    return source.content == content.id() && source.endpoint == remote && !source.order->ended;
  });
}

void FetchDesk::attempt(Source& source, const std::shared_ptr<Content>& content, DurationMs monotonic) {
  if (source.dial == protocol::Dial::sender) return wait_for(source, monotonic);
  source.attempting = true;
  source.next_attempt = monotonic + seconds(10);  // should libtorrent never come back to us
  const auto& channels = content->channels;
  const auto under_way = std::any_of(channels.begin(), channels.end(), [&](const PeerChannel* channel) {
    return channel->outgoing() && channel->remote() == source.endpoint && !channel->closing();
  });
  if (under_way) return;
  const bool through_nats = source.dial == protocol::Dial::both;
  core_.dialer().dial(content, source.endpoint, through_nats ? Dialer::Way::through_nats : Dialer::Way::ordinary);
}

// The source is the one to connect.
void FetchDesk::wait_for(Source& source, DurationMs monotonic) {
  if (std::exchange(source.attempting, true)) {
    fail(source, Fault::unreachable, false, Refusal::none, "the source did not connect to this agent's port");
  }
  source.next_attempt = monotonic + kIncomingPatience;
}

void FetchDesk::back_off(Source& source, DurationMs monotonic) {
  const auto step = std::min(source.failures, kReconnectDelays.size() - 1);
  source.next_attempt = monotonic + kReconnectDelays[step];
  source.attempting = false;
  ++source.failures;
}

void FetchDesk::proven(PeerChannel& channel) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    auto& source = sources_[i];
    if (source.content != channel.content().id() || source.order->ended) continue;
    if (source.order->order().sender == channel.key()) {
      source.failures = 0;
      source.attempting = false;
      channel.present(*source.order);
    } else if (channel.outgoing() && channel.remote() == source.endpoint) {
      fail(source, Fault::refused, false, Refusal::key_not_proven, "another agent answers at " + source.endpoint.str());
      back_off(source, core_.monotonic());
    }
  }
  // A source that was killed may have lost what it had been signed for; and while it was away, pieces may have passed
  // that orders of it had brought which are over.
  for (const auto& order : channel.content().ledger.orders()) {
    const bool owed = order->ended ? order->verified > order->confirmed : order->verified.value > 0;
    if (order->order().sender == channel.key() && owed) sign(channel.content(), *order);
  }
}

void FetchDesk::fail(const Source& source, Fault fault, bool final, Refusal reason, std::string message,
                     std::optional<std::int64_t> piece) {
  core_.emit(SourceFailed{source.content, source.order->id(), fault, final, reason, piece, std::move(message)});
}

void FetchDesk::refused(PeerChannel& channel, const protocol::PeerRefusal& refusal) {
  if (!refusal.order) return;  // disconnected() tells
  const auto at = index_of(*refusal.order);
  if (at == kNoSource || !channel.proven() || sources_[at].order->order().sender != channel.key()) return;
  auto content = core_.shelf().find(sources_[at].content);
  if (refusal.reason == Refusal::bytes_exhausted) return finish(*content, at, true);
  const bool final = !may_recover(refusal.reason);
  const std::string name(protocol::name_of(refusal.reason));
  fail(sources_[at], Fault::refused, final, refusal.reason, sources_[at].endpoint.str() + " refused: " + name);
  if (final) return finish(*content, at, false);
  back_off(sources_[at], core_.monotonic());
}

void FetchDesk::disconnected(PeerChannel& channel, const std::string& why) {
  if (core_.closed()) return;
  // What was said here may not have come; there may be another connection between the two.
  if (channel.proven()) {
    for (auto* order : channel.content().ledger.unheard(channel.key())) sign(channel.content(), *order);
  }
  for (auto& source : sources_) {
    if (source.content != channel.content().id() || source.order->ended) continue;
    const bool ours = channel.proven() ? source.order->order().sender == channel.key()
                                       : channel.outgoing() && channel.remote() == source.endpoint;
    if (!ours || connected(source)) continue;
    const auto& refusal = channel.last_refusal();
    const bool is_refused = refusal && !refusal->order && refusal->reason != Refusal::none;
    const auto fault = is_refused ? Fault::refused : channel.ever_connected() ? Fault::lost : Fault::unreachable;
    const auto reason = is_refused ? refusal->reason : Refusal::none;
    fail(source, fault, false, reason, source.endpoint.str() + ": " + why);
    back_off(source, core_.monotonic());
  }
}

void FetchDesk::revoke(const OrderId& order, Refusal) {
  const auto at = index_of(order);
  if (at == kNoSource) return;
  finish(*core_.shelf().find(sources_[at].content), at, true);
}

void FetchDesk::finish(Content& content, std::size_t index, bool tell) {
  auto* order = sources_[index].order;
  order->ended = true;
  if (order->verified > order->acknowledged) sign(content, *order);
  sources_.erase(sources_.begin() + static_cast<std::ptrdiff_t>(index));
  if (tell) core_.emit(FetchEnded{content.id(), order->id(), order->verified});
}

void FetchDesk::content_ready(Content& content) {
  for (auto& source : sources_) {
    if (source.content == content.id() && !connected(source)) {
      attempt(source, core_.shelf().find(content.id()), core_.monotonic());
    }
  }
}

void FetchDesk::content_complete(Content& content) {
  for (const auto& order : content.ledger.orders()) {
    if (order->verified > order->acknowledged) sign(content, *order);
  }
  for (std::size_t i = sources_.size(); i-- > 0;) {
    if (sources_[i].content == content.id()) finish(content, i, true);
  }
  // Behind the last words: what else a source sent came twice, and nobody will sign for it.
  for (const auto& order : content.ledger.orders()) {
    auto* channel = order->arrived.value > 0 ? channel_of(content, *order) : nullptr;
    if (channel != nullptr) channel->send(protocol::PeerRefusal{Refusal::request_ended, order->id()});
  }
}

void FetchDesk::content_gone(const ContentId& content) {
  std::erase_if(sources_, [&](const Source& source) { return source.content == content; });
}

}  // namespace waybill::transfer
