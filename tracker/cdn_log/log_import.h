#pragma once
// Records of CDN nodes' logs into the books. The thin shell around log_reading.h.
#include <vector>

#include "tracker/store/store.h"

namespace waybill::tracker {

struct LogImport {
  std::int64_t imported = 0;    // requests that count now
  std::int64_t existed = 0;     // that counted already
  SentBytes sent;               // of the imported
  std::int64_t deliveries = 0;  // of the imported, those that brought all of a content
};

// In one transaction, alone with the books: what is recorded already is left as it is, the rest is recorded and counted
// in every account. So each request counts once, however often and in how many parts its lines come.
Result<LogImport> import_records(Store& store, const std::vector<CdnRecord>& records);

}  // namespace waybill::tracker
