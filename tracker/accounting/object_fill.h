#pragma once
// Making and ending objects with their counters. Each is one transaction that has the books to itself: ingest counts
// receipts before it or after it, so that each counts once, also where several trackers ingest, and after a crash there
// is either the filled object or none. A meter hears of each receipt that is read; null: nobody does.
#include <functional>

#include "tracker/accounting/object_index.h"
#include "tracker/accounting/work_meter.h"

namespace waybill::tracker {

// Adds the object and counts what was recorded since object.since. Refused where the object is (see store/objects.h).
Result<MeasuringObject> make_object(Store& store, const MeasuringObject& object, WorkMeter* meter = nullptr);
// It counts the quarter that `at` lies in to its end. Refused where it has ended or is unknown; its past stays.
Result<MeasuringObject> finish_object(Store& store, const std::string& name, TimeMs at, WorkMeter* meter = nullptr);
Result<MeasuringObject> object_named(Store& store, const std::string& name);
// What the index's objects count of the evidence since `since`. Memory grows with the orders that have receipts there.
Result<ObjectChanges> count_again(Store& store, const ObjectIndex& index, Quarter since, WorkMeter* meter = nullptr);

// Makes a change to which paths receipts have (records re-resolve), and lets every object's counters follow in the same
// transaction. Members stay, as ever. Counts all evidence since the first object's beginning twice.
Status recount_around(Store& store, const std::function<Status()>& change, WorkMeter* meter = nullptr);

// Full records: the receipts that an object counts, by order and sequence.
struct CountedReceipt {
  protocol::ReceiptId id;
  TimeMs end{};
  Counters counters;
};
Result<std::vector<CountedReceipt>> counted_receipts(Store& store, const MeasuringObject& object);

}  // namespace waybill::tracker
