#include "tracker/cli/commands/long_work.h"

namespace waybill::tracker {

namespace {

// 0 where the accounts do not say.
std::int64_t expected_receipts(Store& store, std::optional<TimeMs> since, std::optional<TimeMs> until) {
  AccountQuery query;
  query.since = since;
  query.until = until;
  const auto rows = store.accounts().query(query);
  return rows && !rows->empty() ? rows->front().counters.receipts : 0;
}

}  // namespace

WorkMeter meter_of(AdministrationContext& context, std::string what, std::optional<TimeMs> since,
                   std::optional<TimeMs> until, int times) {
  WorkMeter meter(context.clock, context.tell_progress);
  if (context.tell_progress) meter.begin(std::move(what), times * expected_receipts(context.store, since, until));
  return meter;
}

}  // namespace waybill::tracker
