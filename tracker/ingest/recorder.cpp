#include <algorithm>
#include <map>

#include "tracker/accounting/tally.h"
#include "tracker/ingest/recorder_detail.h"

namespace waybill::tracker {

using protocol::ReceiptStatus;

namespace {

class Recorder {
 public:
  Recorder(Store& store, TimeMs now) : store_(store), now_(now) {}

  Status load_states(const std::vector<std::shared_ptr<Batch>>& group);
  Status load_stored(const std::vector<std::shared_ptr<Batch>>& group);
  ReceiptStatus decide(ReceiptInFlight& receipt);
  Status write(ObjectIndexCache& objects);
  Status count_objects(ObjectIndexCache& objects);
  std::vector<NewlyAcknowledged> take_acknowledged() { return std::move(acknowledged_); }

 private:
  struct KnownState {
    OrderState state;
    std::int64_t last_stored = 0;            // sequences beyond it can only have been accepted in this group
    std::vector<std::size_t> accepted = {};  // of this group: indexes into accepted_, by ascending sequence
  };

  RecordedBytes recorded_under(const protocol::ReceiptId& id, ByteView envelope, const KnownState& known) const;
  void refuse_receipt(const ReceiptInFlight& receipt, ReceiptStatus status);
  void accept(ReceiptInFlight& receipt, const BooksCheck& check);

  Store& store_;
  TimeMs now_;
  std::unordered_map<OrderId, KnownState> states_;
  // The bytes of receipts that are stored already under an id that comes again.
  std::map<protocol::ReceiptId, ByteString> stored_;
  std::vector<NewReceipt> accepted_;
  std::vector<RefusedReceipt> refused_;
  std::vector<NewlyAcknowledged> acknowledged_;
  Tally tally_;
  // One for each of accepted_: its order, for the objects that people made.
  std::vector<std::shared_ptr<const OrderFacts>> orders_;
};

Status Recorder::load_states(const std::vector<std::shared_ptr<Batch>>& group) {
  std::vector<OrderId> ids;
  for (const auto& batch : group) {
    for (const auto& receipt : batch->receipts) {
      if (receipt.order && states_.try_emplace(receipt.order->id).second) ids.push_back(receipt.order->id);
    }
  }
  auto states = store_.evidence().order_states(ids);
  if (!states) return pass_on(states);
  for (auto& state : *states) states_[state.order] = {state, state.last_sequence};
  return load_stored(group);
}

// All that come again in one look-up: an agent that missed an answer sends whole batches again.
Status Recorder::load_stored(const std::vector<std::shared_ptr<Batch>>& group) {
  std::vector<protocol::ReceiptId> ids;
  for (const auto& batch : group) {
    for (const auto& receipt : batch->receipts) {
      if (!receipt.order) continue;
      const auto& id = receipt.opened->receipt.id;
      if (id.sequence <= states_.at(receipt.order->id).last_stored) ids.push_back(id);
    }
  }
  if (ids.empty()) return {};
  auto stored = store_.evidence().receipt_envelopes(ids);
  if (!stored) return pass_on(stored.error(), "receipts cannot be looked up");
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if ((*stored)[i]) stored_.try_emplace(ids[i], *std::move((*stored)[i]));
  }
  return {};
}

RecordedBytes Recorder::recorded_under(const protocol::ReceiptId& id, ByteView envelope,
                                       const KnownState& known) const {
  if (id.sequence > known.state.last_sequence) return RecordedBytes::none;
  if (id.sequence > known.last_stored) {
    const auto at = std::lower_bound(
        known.accepted.begin(), known.accepted.end(), id.sequence,
        [this](std::size_t index, std::int64_t sequence) { return accepted_[index].id.sequence < sequence; });
    if (at == known.accepted.end() || accepted_[*at].id != id) return RecordedBytes::none;
    return accepted_[*at].envelope == envelope ? RecordedBytes::same : RecordedBytes::other;
  }
  const auto stored = stored_.find(id);
  if (stored == stored_.end()) return RecordedBytes::none;
  return stored->second == envelope ? RecordedBytes::same : RecordedBytes::other;
}

ReceiptStatus Recorder::decide(ReceiptInFlight& receipt) {
  if (!receipt.order) {  // malformed, too large, or of an unknown order: the books have nothing to say
    refuse_receipt(receipt, receipt.check.status);
    return receipt.check.status;
  }
  const auto& known = states_.at(receipt.order->id);
  const auto recorded = recorded_under(receipt.opened->receipt.id, receipt.envelope, known);
  const auto check = check_against_books(receipt.opened->receipt, receipt.check, known.state, recorded);
  if (check.status == ReceiptStatus::recorded) {
    accept(receipt, check);
  } else if (check.status != ReceiptStatus::exists) {
    refuse_receipt(receipt, check.status);
  }
  return check.status;
}

void Recorder::refuse_receipt(const ReceiptInFlight& receipt, ReceiptStatus status) {
  refused_.push_back({status, receipt.order ? receipt.order->source_isp : IspId{}, now_, receipt.envelope});
}

void Recorder::accept(ReceiptInFlight& receipt, const BooksCheck& check) {
  const auto& order = *receipt.order;
  const auto& said = receipt.opened->receipt;
  auto& known = states_.at(order.id);
  known.state = check.after;
  known.accepted.push_back(accepted_.size());
  accepted_.push_back(
      {said.id, said.start, said.end, check.acked, check.sent, now_, std::move(receipt.envelope), receipt.path});
  orders_.push_back(receipt.order);
  tally_.add(order, said.end, check.acked, check.sent);
  if (order.unacknowledged && check.sent.value > 0) {
    // Nobody but the sender tells how far it came; capacity policies hold for it too.
    acknowledged_.push_back({order.agreement, order.id, AckedBytes{check.sent.value},
                             AckedBytes{check.after.sent_total.value}, said.end, receipt.order, receipt.path});
  } else if (check.acked.value > 0) {
    acknowledged_.push_back(
        {order.agreement, order.id, check.acked, check.after.acked_total, said.end, receipt.order, receipt.path});
  }
}

// Which objects there are is read inside the transaction: whoever adds or ends one has the books to itself, so every
// receipt is counted either there or here.
Status Recorder::count_objects(ObjectIndexCache& objects) {
  const auto index = objects.current(store_);
  if (!index) return pass_on(index.error(), "accounting objects cannot be read");
  if ((*index)->empty()) return {};
  ObjectTally tally;
  std::unordered_map<const PathToRecord*, std::int64_t> numbers;
  std::vector<std::shared_ptr<const ResolvedPath>> paths;
  for (std::size_t i = 0; i < accepted_.size(); ++i) {
    const auto& receipt = accepted_[i];
    const auto [known, fresh] = numbers.try_emplace(receipt.path.get(), static_cast<std::int64_t>(paths.size()));
    if (fresh) paths.emplace_back(receipt.path, &receipt.path->path);
    tally.add(*orders_[i], known->second, quarter_of(receipt.end), {receipt.acked, receipt.sent, 1});
  }
  auto changes = tally.changes(**index, [&](std::int64_t path) -> Result<std::shared_ptr<const ResolvedPath>> {
    return paths[static_cast<std::size_t>(path)];
  });
  if (!changes) return pass_on(changes);
  return store_.objects().add_changes(*changes);
}

Status Recorder::write(ObjectIndexCache& objects) {
  if (!accepted_.empty()) {
    std::vector<OrderState> states;
    for (const auto& [id, known] : states_) {
      if (!known.accepted.empty()) states.push_back(known.state);
    }
    if (auto status = store_.evidence().add_receipts(accepted_, states); !status) return status;
    if (auto status = store_.accounts().add(tally_.changes()); !status) return status;
    if (auto status = count_objects(objects); !status) return status;
  }
  return refused_.empty() ? Status{} : store_.evidence().count_refusals(refused_);
}

}  // namespace

Result<GroupOutcome> record_group(Store& store, ObjectIndexCache& objects,
                                  const std::vector<std::shared_ptr<Batch>>& group, TimeMs now) {
  GroupOutcome outcome;
  const auto record = [&]() -> Status {
    Recorder recorder(store, now);
    if (auto loaded = recorder.load_states(group); !loaded) return loaded;
    for (const auto& batch : group) {
      auto& statuses = outcome.statuses.emplace_back();
      for (auto& receipt : batch->receipts) {
        statuses.push_back(recorder.decide(receipt));
      }
    }
    outcome.acknowledged = recorder.take_acknowledged();
    return recorder.write(objects);
  };
  // Other trackers record at the same time: order_states keeps those with the same orders apart.
  const auto status = store.transact(record, Writers::together);
  if (!status) return tl::make_unexpected(status.error());
  return outcome;
}

}  // namespace waybill::tracker
