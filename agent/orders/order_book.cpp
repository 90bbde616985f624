#include "agent/orders/order_book.h"

#include <algorithm>

#include "common/protocol/limits.h"
#include "common/types/check.h"

namespace waybill::orders {

using protocol::Refusal;

bool BookedOrder::exhausted() const { return totals.granted().value >= order().byte_limit.value; }

bool BookedOrder::fulfilled() const {
  return totals.acked.value >= order().byte_limit.value || acked_pieces >= order().piece_count();
}

Refusal OrderBook::admissible(const protocol::ServeOrder& order, TimeMs now) const {
  const auto own = belongs(order, self_, order.receiver, order.content, now);
  if (own != Refusal::none) return own;
  const auto ended = ended_.find(order.id);
  if (ended != ended_.end()) {
    return ended->second.why == Refusal::none ? Refusal::bytes_exhausted : Refusal::order_revoked;
  }
  if (!sharing_) return Refusal::sharing_off;
  const auto at = customers_.find({order.receiver, order.content});
  const bool customer_full = at != customers_.end() && at->second->orders.size() >= kMaxOrdersPerCustomer;
  return customer_full || orders_.size() >= kMaxOrders ? Refusal::too_busy : Refusal::none;
}

OrderBook::Admission OrderBook::admit(protocol::SignedOrder order, IpAddress receiver, TimeMs now) {
  const auto& facts = order.order;
  if (auto* known = find(facts.id)) {
    if (known->order() != facts) return {nullptr, false, Refusal::order_invalid};
    const auto force = in_force(&known->order(), known->revoked != Refusal::none, sharing_, now);
    if (force != Refusal::none) return {nullptr, false, force};
    if (known->receiver_address.is_unspecified()) known->receiver_address = receiver;
    return {known, false, Refusal::none};
  }
  const auto refusal = admissible(facts, now);
  if (refusal != Refusal::none) return {nullptr, false, refusal};

  auto& customer = customers_[{facts.receiver, facts.content}];
  if (!customer) customer = std::make_unique<Customer>(Customer{facts.receiver, facts.content, {}});
  auto booked = std::make_unique<BookedOrder>();
  booked->signed_order = std::move(order);
  booked->receiver_address = receiver;
  auto* entry = booked.get();
  customer->orders.push_back(entry);
  if (entry->order().stock_address) {
    auto& keys = stock_[{*entry->order().stock_address, entry->order().content}];
    const auto& key = entry->order().receiver;
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  orders_.emplace(entry->id(), std::move(booked));
  return {entry, true, Refusal::none};
}

OrderBook::Admission OrderBook::restore(protocol::SignedOrder order, IpAddress receiver, SentBytes sent,
                                        const std::optional<protocol::OpenedAcknowledgement>& latest, TimeMs now) {
  // Consent counts when something is served, not when the books of an earlier life are opened.
  const bool consented = std::exchange(sharing_, true);
  auto admission = admit(std::move(order), receiver, now);
  sharing_ = consented;
  if (admission.order == nullptr) return admission;
  auto& booked = *admission.order;
  booked.totals.sent =
      std::max(booked.totals.sent, SentBytes{std::clamp<std::int64_t>(sent.value, 0, booked.order().byte_limit.value)});
  booked.unsaved = booked.order().byte_limit;
  if (latest) admission.refusal = acknowledge(*latest, booked.order().receiver);
  booked.unsaved = booked.order().byte_limit - ByteCount{booked.totals.sent.value};
  return admission;
}

Grant OrderBook::request(Customer* customer, const ContentGeometry& geometry, const Block& block, TimeMs now) {
  Grant best{Refusal::no_order, nullptr};
  if (customer == nullptr) return best;
  for (auto* entry : customer->orders) {
    GateFacts facts;
    facts.peer_proven = true;
    facts.order = &entry->order();
    facts.revoked = entry->revoked != Refusal::none;
    facts.sharing = sharing_;
    facts.totals = entry->totals;
    facts.geometry = geometry;
    facts.block = block;
    facts.now = now;
    const auto refusal = decide(facts);
    if (refusal == Refusal::none) {
      entry->totals.queued += QueuedBytes{block.length};
      return {Refusal::none, entry};
    }
    best.refusal = std::max(best.refusal, refusal);
  }
  return best;
}

void OrderBook::written(BookedOrder& order, ByteCount bytes, TimeMs now) {
  WAYBILL_ASSERT(bytes.value >= 0 && bytes.value <= order.totals.queued.value, "more was written than was granted");
  order.totals.queued -= QueuedBytes{bytes.value};
  order.totals.sent += SentBytes{bytes.value};
  if (order.first_block.value == 0) order.first_block = now;
  order.last_block = now;
}

void OrderBook::taken_back(BookedOrder& order, ByteCount bytes) {
  WAYBILL_ASSERT(bytes.value >= 0 && bytes.value <= order.totals.queued.value, "more is taken back than was granted");
  order.totals.queued -= QueuedBytes{bytes.value};
}

// What was granted to a customer and is not acknowledged. The receiver books a block under its first order that covers
// it, as the sender does, but the two may differ at the boundary between two orders: so grants are compared over all of
// a customer's orders, and what one acknowledges beyond its own counts as borrowed from the others.
ByteCount OrderBook::surplus(const Customer& customer) const {
  std::int64_t sum = 0;
  for (const auto* entry : customer.orders) {
    sum += entry->totals.granted().value - entry->borrowed.value - entry->totals.acked.value;
  }
  return {sum};
}

Refusal OrderBook::acknowledge(const protocol::OpenedAcknowledgement& acknowledgement, const AgentKey& from) {
  const auto& said = acknowledgement.acknowledgement;
  auto* booked = find(said.order);
  if (booked == nullptr || booked->order().receiver != from) return Refusal::no_order;
  if (!acknowledgement.signed_by(from)) return Refusal::acknowledgement_invalid;
  if (said.sequence <= booked->sequence) return Refusal::none;
  const bool falls = said.total_bytes < booked->totals.acked || said.total_pieces < booked->acked_pieces;
  if (falls || said.total_bytes.value > booked->order().byte_limit.value) return Refusal::acknowledgement_invalid;
  const auto rise = said.total_bytes - booked->totals.acked;
  const auto left = surplus(*customer(from, booked->order().content));
  const ByteCount older{std::max<std::int64_t>(0, rise.value - left.value)};
  if (older > booked->unsaved) return Refusal::acknowledgement_invalid;
  const auto limit = booked->order().byte_limit.value - booked->totals.queued.value;
  if (older.value > 0) booked->totals.sent = {std::min(limit, booked->totals.sent.value + older.value)};
  // Its first word after a restart tells all that the receiver had checked; beyond it there was at most one window.
  booked->unsaved = std::min(booked->unsaved - older, booked->order().ack_window);
  const auto beyond = said.total_bytes.value - booked->totals.granted().value;
  booked->borrowed += ByteCount{std::max<std::int64_t>(0, beyond)};
  booked->sequence = said.sequence;
  booked->totals.acked = said.total_bytes;
  booked->acked_pieces = said.total_pieces;
  booked->acknowledgement = acknowledgement.envelope.encode();
  // What the receiver signed for was on the socket, whatever an earlier life had time to save.
  const auto proven = said.total_bytes.value - booked->totals.queued.value;
  booked->totals.sent = std::max(booked->totals.sent, SentBytes{proven});
  return Refusal::none;
}

void OrderBook::revoke(const OrderId& order, Refusal why, TimeMs now) {
  if (auto* booked = find(order)) {
    if (booked->revoked == Refusal::none) booked->revoked = why == Refusal::none ? Refusal::order_revoked : why;
    return;
  }
  if (ended_.contains(order)) return;
  ended_[order] = {Refusal::order_revoked, now + kUnknownRevocationMemory};
  ended_by_age_.push_back(order);
  forget_expired(now);
}

BookedOrder* OrderBook::find(const OrderId& order) {
  const auto at = orders_.find(order);
  return at == orders_.end() ? nullptr : at->second.get();
}

Customer* OrderBook::customer(const AgentKey& receiver, const ContentId& content) {
  const auto at = customers_.find({receiver, content});
  return at == customers_.end() ? nullptr : at->second.get();
}

std::vector<AgentKey> OrderBook::stock_customers(const IpAddress& address, const ContentId& content) const {
  const auto at = stock_.find({address, content});
  return at == stock_.end() ? std::vector<AgentKey>{} : at->second;
}

void OrderBook::forget_stock(const protocol::ServeOrder& order) {
  if (!order.stock_address) return;
  const auto at = stock_.find({*order.stock_address, order.content});
  if (at == stock_.end()) return;
  const auto* left = customer(order.receiver, order.content);
  const bool again = left != nullptr && std::any_of(left->orders.begin(), left->orders.end(), [&](const auto* other) {
                       return other->order().stock_address == order.stock_address;
                     });
  if (!again) std::erase(at->second, order.receiver);
  if (at->second.empty()) stock_.erase(at);
}

bool OrderBook::any_live(const Customer* customer, TimeMs now) const {
  if (customer == nullptr) return false;
  return std::any_of(customer->orders.begin(), customer->orders.end(), [&](const BookedOrder* entry) {
    const bool revoked = entry->revoked != Refusal::none;
    return in_force(&entry->order(), revoked, sharing_, now) == Refusal::none && !entry->exhausted();
  });
}

OrderBook::End OrderBook::end_of(const BookedOrder& order, TimeMs now) const {
  if (order.fulfilled() || order.exhausted()) return {true, Refusal::none};
  if (now >= order.order().not_after) return {true, Refusal::order_expired};
  if (order.revoked != Refusal::none) return {true, order.revoked};
  return {};
}

void OrderBook::strike(const OrderId& order, Refusal why, TimeMs now) {
  const auto at = orders_.find(order);
  if (at == orders_.end()) return;
  const auto& facts = at->second->order();
  const auto who = customers_.find({facts.receiver, facts.content});
  std::erase(who->second->orders, at->second.get());
  const auto& gone = *at->second;
  auto left = gone.totals.granted().value - gone.borrowed.value - gone.totals.acked.value;
  for (auto* sibling : who->second->orders) {  // the loan is settled: the lender goes
    const auto part = std::clamp<std::int64_t>(sibling->borrowed.value, 0, std::max<std::int64_t>(0, left));
    sibling->borrowed -= ByteCount{part};
    left -= part;
  }
  forget_stock(facts);
  if (who->second->orders.empty()) customers_.erase(who);
  if (ended_.emplace(order, Ended{why, facts.not_after}).second) ended_by_age_.push_back(order);
  orders_.erase(at);
  forget_expired(now);
}

// The memory is bounded by its count as well as by time. An order that falls out of it early could be presented again,
// which its own end, its byte limit and its window still bound.
void OrderBook::forget_expired(TimeMs now) {
  while (!ended_by_age_.empty()) {
    const auto at = ended_.find(ended_by_age_.front());
    if (at->second.until > now && ended_.size() <= kMaxEndedOrders) break;
    ended_.erase(at);
    ended_by_age_.pop_front();
  }
}

std::vector<BookedOrder*> OrderBook::all() {
  std::vector<BookedOrder*> list;
  list.reserve(orders_.size());
  for (const auto& [id, booked] : orders_) list.push_back(booked.get());
  return list;
}

}  // namespace waybill::orders
