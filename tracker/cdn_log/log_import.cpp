#include "tracker/cdn_log/log_import.h"

#include "tracker/accounting/tally.h"

namespace waybill::tracker {

namespace {

Status import_now(Store& store, const std::vector<CdnRecord>& records, LogImport& import) {
  std::vector<RequestId> ids;
  ids.reserve(records.size());
  for (const auto& record : records) ids.push_back(record.id);
  const auto known = store.cdn_records().known(ids);
  if (!known) return tl::make_unexpected(known.error());
  std::vector<CdnRecord> fresh;
  Tally tally;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if ((*known)[i]) {
      ++import.existed;
      continue;
    }
    const auto& record = fresh.emplace_back(records[i]);
    tally.add(facts_of(record), record.ended, {}, record.sent);
    ++import.imported;
    import.sent += record.sent;
    import.deliveries += record.whole ? 1 : 0;
  }
  if (fresh.empty()) return {};
  if (auto added = store.cdn_records().add(fresh); !added) return added;
  return store.accounts().add(tally.changes());
}

}  // namespace

Result<LogImport> import_records(Store& store, const std::vector<CdnRecord>& records) {
  LogImport import;
  const auto done = store.transact([&] { return import_now(store, records, import); });
  if (!done) return tl::make_unexpected(done.error());
  return import;
}

}  // namespace waybill::tracker
