#include "tracker/accounting/audit.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "tracker/accounting/counter_audit.h"
#include "tracker/accounting/object_fill.h"
#include "tracker/accounting/tally.h"

namespace waybill::tracker {

namespace {

class Auditor {
 public:
  explicit Auditor(const AuditOptions& options) : options_(options) {}

  void see_receipt(const StoredReceipt& stored);
  void see_cdn_record(const CdnRecord& record);
  void see_state(const OrderState& state);
  void see_counter(const AccountChange& counter);
  Status see_objects(Store& store);
  Status see_counters(Store& store);
  AuditReport finish();

 private:
  void fault(std::string text);
  void verify(const StoredReceipt& stored, const protocol::OpenedReceipt& opened,
              const std::optional<protocol::OpenedAcknowledgement>& acknowledged);
  void count(const StoredReceipt& stored, const protocol::Receipt& receipt,
             const std::optional<protocol::OpenedAcknowledgement>& acknowledged);

  const AuditOptions& options_;
  AuditReport report_;
  std::unordered_map<OrderId, OrderState> states_;
  std::map<std::pair<AccountObject, Quarter>, Counters> recorded_;
  Tally tally_;
  CounterAudit counters_;
};

void Auditor::fault(std::string text) {
  if (report_.faults.size() < kMaxAuditFaults) {
    report_.faults.push_back(std::move(text));
  } else if (report_.faults.size() == kMaxAuditFaults) {
    report_.faults.push_back("there are more faults than are listed");
  }
}

void Auditor::see_receipt(const StoredReceipt& stored) {
  const auto name = "receipt " + stored.id.order.brief() + "/" + std::to_string(stored.id.sequence);
  const auto opened = protocol::read_receipt(stored.envelope);
  if (!opened) return fault(name + ": " + opened.error().message);
  const auto& receipt = opened->receipt;
  if (receipt.id != stored.id || receipt.start != stored.start || receipt.end != stored.end) {
    fault(name + ": its row says another id or time than its signed bytes");
  }
  std::optional<protocol::OpenedAcknowledgement> acknowledged;
  if (!receipt.acknowledgement.empty()) {
    auto read = protocol::read_acknowledgement(receipt.acknowledgement);
    if (!read) return fault(name + ": " + read.error().message);
    acknowledged = *std::move(read);
    if (acknowledged->acknowledgement.order != stored.id.order) {
      fault(name + ": its acknowledgement is for another order");
    }
  }
  verify(stored, *opened, acknowledged);
  count(stored, receipt, acknowledged);
}

void Auditor::see_cdn_record(const CdnRecord& record) {
  tally_.add(facts_of(record), record.ended, {}, record.sent);
  counters_.see_cdn_record(record);
  ++report_.cdn_records;
  report_.sent += record.sent;
}

void Auditor::verify(const StoredReceipt& stored, const protocol::OpenedReceipt& opened,
                     const std::optional<protocol::OpenedAcknowledgement>& acknowledged) {
  if (!options_.tracker_key) return;
  const auto name = "receipt " + stored.id.order.brief() + "/" + std::to_string(stored.id.sequence);
  const auto order = protocol::open_order(stored.order_envelope, *options_.tracker_key);
  if (!order) return fault(name + ": " + order.error().message);
  if (order->order.id != stored.id.order) fault(name + ": its order's row holds another order");
  if (!opened.signed_by(order->order.sender)) fault(name + ": not signed by its order's sender");
  if (acknowledged && !acknowledged->signed_by(order->order.receiver)) {
    fault(name + ": its acknowledgement is not signed by its order's receiver");
  }
}

// Receipts come in the order of their order's sequences. What one adds is how far it lifts the highest total so far;
// what was acknowledged was sent, even where a sender's own count fell behind in a crash.
void Auditor::count(const StoredReceipt& stored, const protocol::Receipt& receipt,
                    const std::optional<protocol::OpenedAcknowledgement>& acknowledged) {
  auto& state = states_[stored.id.order];
  const auto acked_before = state.acked_total;
  const auto sent_before = std::max(state.sent_total.value, state.acked_total.value);
  state.order = stored.id.order;
  state.last_sequence = receipt.id.sequence;
  ++state.receipts;
  state.sent_total = std::max(state.sent_total, receipt.sent_total);
  if (acknowledged) {
    state.acked_total = std::max(state.acked_total, acknowledged->acknowledgement.total_bytes);
    state.acked_pieces = std::max(state.acked_pieces, acknowledged->acknowledgement.total_pieces);
  }
  const auto acked = state.acked_total - acked_before;
  const SentBytes sent{std::max(state.sent_total.value, state.acked_total.value) - sent_before};
  if (acked != stored.acked || sent != stored.sent) {
    fault("receipt " + stored.id.order.brief() + "/" + std::to_string(stored.id.sequence) + ": recorded as " +
          std::to_string(stored.acked.value) + " acknowledged and " + std::to_string(stored.sent.value) +
          " sent, its evidence says " + std::to_string(acked.value) + " and " + std::to_string(sent.value));
  }
  tally_.add(stored.facts, receipt.end, acked, sent);
  counters_.see_receipt(stored, receipt.end, {acked, sent, 1});
  ++report_.receipts;
  report_.acked += acked;
  report_.sent += sent;
}

void Auditor::see_state(const OrderState& state) {
  const auto worked_out = states_.find(state.order);
  if (worked_out == states_.end()) return fault("order " + state.order.brief() + " has totals, but no receipt");
  if (worked_out->second != state) fault("order " + state.order.brief() + ": its totals differ from its receipts");
  ++report_.orders;
  states_.erase(worked_out);
}

void Auditor::see_counter(const AccountChange& counter) {
  recorded_[{counter.object, counter.quarter}] += counter.added;
}

// The objects that people made, counted again from all evidence with the paths that were recorded.
Status Auditor::see_objects(Store& store) {
  const auto objects = store.objects().objects();
  if (!objects) return tl::make_unexpected(objects.error());
  if ((*objects)->empty()) return {};
  auto index = ObjectIndex::build(*objects);
  if (!index) return tl::make_unexpected(index.error());
  Quarter since = (*objects)->front().since;
  for (const auto& object : **objects) since = std::min(since, object.since);
  if (options_.meter) options_.meter->begin("receipts counted again for the objects", report_.receipts);
  const auto expected = count_again(store, **index, since, options_.meter);
  if (!expected) return tl::make_unexpected(expected.error());
  std::map<std::tuple<std::int64_t, std::string, Quarter>, std::pair<Counters, Counters>> all;  // books, evidence
  for (const auto& change : expected->counters) {
    all[{change.object, change.member, change.quarter}].second += change.added;
  }
  const auto read = store.objects().each_counter([&](const ObjectChange& change) -> Status {
    all[{change.object, change.member, change.quarter}].first += change.added;
    return {};
  });
  if (!read) return read;
  for (const auto& [key, both] : all) {
    const auto& [object, member, quarter] = key;
    if (both.first == both.second) continue;
    fault("object " + std::to_string(object) + (member.empty() ? "" : " " + member) + " quarter " +
          std::to_string(quarter.number) + ": " + text_of(both.first) + " in the books, " + text_of(both.second) +
          " in evidence");
  }
  return {};
}

// What is kept beside the accounts' quarters.
Status Auditor::see_counters(Store& store) {
  return counters_.compare(store, tally_.changes(), [this](std::string text) { fault(std::move(text)); });
}

AuditReport Auditor::finish() {
  for (const auto& [order, state] : states_) fault("order " + order.brief() + " has receipts, but no totals");
  for (const auto& expected : tally_.changes()) {
    const auto found = recorded_.find({expected.object, expected.quarter});
    const auto counters = found == recorded_.end() ? Counters{} : found->second;
    if (counters != expected.added) {
      fault(name_of(expected.object) + " quarter " + std::to_string(expected.quarter.number) + ": " +
            text_of(counters) + " in the books, " + text_of(expected.added) + " in evidence");
    }
    if (found != recorded_.end()) recorded_.erase(found);
  }
  for (const auto& [key, counters] : recorded_) {
    if (counters != Counters{}) fault(name_of(key.first) + ": " + text_of(counters) + " without evidence");
  }
  return std::move(report_);
}

}  // namespace

Result<AuditReport> audit(Store& store, const AuditOptions& options) {
  Auditor auditor(options);
  // One transaction, so that evidence and books are those of one instant.
  auto status = store.transact([&]() -> Status {
    auto read = store.evidence().each_receipt({}, [&](const StoredReceipt& receipt) -> Status {
      auditor.see_receipt(receipt);
      if (options.meter) options.meter->step();
      return {};
    });
    if (!read) return read;
    read = store.cdn_records().each([&](const CdnRecord& record) -> Status {
      auditor.see_cdn_record(record);
      return {};
    });
    if (!read) return read;
    read = store.evidence().each_order_state([&](const OrderState& state) -> Status {
      auditor.see_state(state);
      return {};
    });
    if (!read) return read;
    read = store.accounts().each([&](const AccountChange& counter) -> Status {
      auditor.see_counter(counter);
      return {};
    });
    if (!read) return read;
    if (auto seen = auditor.see_objects(store); !seen) return seen;
    return auditor.see_counters(store);
  });
  if (!status) return pass_on(status);
  return auditor.finish();
}

}  // namespace waybill::tracker
