#include "tracker/accounting/object_fill.h"

namespace waybill::tracker {

namespace {

// Paths by their numbers in the store, each read once.
class Paths {
 public:
  explicit Paths(Store& store) : store_(store) {}
  Result<std::shared_ptr<const ResolvedPath>> operator()(std::int64_t id) {
    auto& known = known_[id];
    if (known) return known;
    auto path = store_.evidence().path(id);
    if (!path) return tl::make_unexpected(path.error());
    known = std::make_shared<const ResolvedPath>(*std::move(path));
    return known;
  }

 private:
  Store& store_;
  std::unordered_map<std::int64_t, std::shared_ptr<const ResolvedPath>> known_;
};

Result<ObjectChanges> counted(Store& store, const MeasuringObject& object, Quarter since, WorkMeter* meter) {
  auto index = ObjectIndex::build(std::make_shared<const MeasuringObjects>(MeasuringObjects{object}));
  if (!index) return tl::make_unexpected(index.error());
  return count_again(store, **index, since, meter);
}

void negate(Counters& counters) { counters = {{-counters.acked.value}, {-counters.sent.value}, -counters.receipts}; }

}  // namespace

Result<ObjectChanges> count_again(Store& store, const ObjectIndex& index, Quarter since, WorkMeter* meter) {
  ObjectTally tally;
  ReceiptQuery query;
  query.since = since.start();
  const auto read = store.evidence().each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
    tally.add(receipt.facts, receipt.path, quarter_of(receipt.end), {receipt.acked, receipt.sent, 1});
    if (meter) meter->step();
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  Paths paths(store);
  return tally.changes(index, [&](std::int64_t id) { return paths(id); });
}

Result<std::vector<CountedReceipt>> counted_receipts(Store& store, const MeasuringObject& object) {
  const auto index = ObjectIndex::build(std::make_shared<const MeasuringObjects>(MeasuringObjects{object}));
  if (!index) return tl::make_unexpected(index.error());
  struct Candidate {
    CountedReceipt receipt;
    std::int64_t path = 0;
    OrderFacts order;
  };
  std::vector<Candidate> candidates;
  ReceiptQuery query;
  query.since = object.since.start();
  if (object.until) query.until = object.until->start();
  const auto read = store.evidence().each_receipt(query, [&](const StoredReceipt& stored) -> Status {
    if ((*index)->passes(object, stored.facts, quarter_of(stored.end))) {
      candidates.push_back({{stored.id, stored.end, {stored.acked, stored.sent, 1}}, stored.path, stored.facts});
    }
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  Paths paths(store);
  std::vector<CountedReceipt> counted;
  for (const auto& candidate : candidates) {
    auto path = paths(candidate.path);
    if (!path) return tl::make_unexpected(path.error());
    if (!(*index)->touched(candidate.order, **path).empty()) counted.push_back(candidate.receipt);
  }
  return counted;
}

Result<MeasuringObject> make_object(Store& store, const MeasuringObject& object, WorkMeter* meter) {
  MeasuringObject made;
  const auto status = store.transact([&]() -> Status {
    auto added = store.objects().add_object(object);
    if (!added) return tl::make_unexpected(added.error());
    made = *std::move(added);
    auto changes = counted(store, made, made.since, meter);
    if (!changes) return tl::make_unexpected(changes.error());
    return store.objects().add_changes(*changes);
  });
  if (!status) return tl::make_unexpected(status.error());
  return made;
}

Status recount_around(Store& store, const std::function<Status()>& change, WorkMeter* meter) {
  return store.transact([&]() -> Status {
    const auto objects = store.objects().objects();
    if (!objects) return tl::make_unexpected(objects.error());
    if ((*objects)->empty()) return change();
    const auto index = ObjectIndex::build(*objects);
    if (!index) return tl::make_unexpected(index.error());
    Quarter since = (*objects)->front().since;
    for (const auto& object : **objects) since = std::min(since, object.since);
    auto before = count_again(store, **index, since, meter);
    if (!before) return tl::make_unexpected(before.error());
    if (auto changed = change(); !changed) return changed;
    auto after = count_again(store, **index, since, meter);
    if (!after) return tl::make_unexpected(after.error());
    before->members.clear();
    for (auto& counter : before->counters) negate(counter.added);
    if (auto taken = store.objects().add_changes(*before); !taken) return taken;
    return store.objects().add_changes(*after);
  });
}

Result<MeasuringObject> object_named(Store& store, const std::string& name) {
  auto objects = store.objects().objects();
  if (!objects) return tl::make_unexpected(objects.error());
  for (const auto& object : **objects) {
    if (object.name == name) return object;
  }
  return refuse("there is no object " + name + ": see `object list --all`");
}

Result<MeasuringObject> finish_object(Store& store, const std::string& name, TimeMs at, WorkMeter* meter) {
  MeasuringObject finished;
  const auto status = store.transact([&]() -> Status {
    auto object = object_named(store, name);
    if (!object) return tl::make_unexpected(object.error());
    if (object->ended) return refuse("object " + name + " has ended already");
    const Quarter until{std::max(quarter_of(at), object->since).number + 1};
    // What senders say ended later was counted already; it is taken back.
    auto changes = counted(store, *object, until, meter);
    if (!changes) return tl::make_unexpected(changes.error());
    changes->members.clear();
    for (auto& change : changes->counters) negate(change.added);
    if (auto taken = store.objects().add_changes(*changes); !taken) return taken;
    finished = *std::move(object);
    finished.ended = at;
    finished.until = until;
    return store.objects().end_object(finished.id, at, until);
  });
  if (!status) return tl::make_unexpected(status.error());
  return finished;
}

}  // namespace waybill::tracker
