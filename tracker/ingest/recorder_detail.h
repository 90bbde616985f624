#pragma once
// Decides on verified receipts from the books and records the good ones, all of a group in one transaction. On the
// store's thread.
#include <unordered_map>
#include <vector>

#include "tracker/accounting/object_index.h"
#include "tracker/ingest/batch_detail.h"

namespace waybill::tracker {

struct GroupOutcome {
  std::vector<std::vector<protocol::ReceiptStatus>> statuses;  // of each batch, of each of its receipts
  std::vector<NewlyAcknowledged> acknowledged;
};

// An error: the store failed, nothing is recorded, and every receipt of the group is to be tried later.
Result<GroupOutcome> record_group(Store& store, ObjectIndexCache& objects,
                                  const std::vector<std::shared_ptr<Batch>>& group, TimeMs now);

}  // namespace waybill::tracker
