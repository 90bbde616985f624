#pragma once
// The part of the audit (audit.h) that works out anew what is kept beside the accounts' quarters: their longer spans,
// and the counters of network components, of uplinks and of what nobody acknowledged. Memory grows with the counters
// that there are.
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tracker/store/store.h"

namespace waybill::tracker {

std::string name_of(const AccountObject& object);
std::string text_of(const Counters& counters);

class CounterAudit {
 public:
  // What the receipt's evidence says, by the path that was recorded.
  void see_receipt(const StoredReceipt& stored, TimeMs end, const Counters& counters);
  void see_cdn_record(const CdnRecord& record);
  // Reads the books. `accounts`: the accounts' quarters as the evidence makes them. Names each counter that differs.
  using Fault = std::function<void(std::string)>;
  Status compare(Store& store, const std::vector<AccountChange>& accounts, const Fault& fault) const;

 private:
  Status compare_spans(Store& store, const std::vector<AccountChange>& accounts, const Fault& fault) const;
  Status compare_components(Store& store, const Fault& fault) const;
  Status compare_uplinks(Store& store, const Fault& fault) const;
  Status compare_unacknowledged(Store& store, const Fault& fault) const;
  void see_unacknowledged(const OrderFacts& facts, TimeMs end, SentBytes sent);

  using PathPart = std::tuple<std::int64_t, std::string, ContentClass>;  // path, owner
  using Uplink = std::tuple<IspId, Span, AgreementId, bool, std::string, ContentClass>;
  std::map<PathPart, std::map<Span, Counters>> paths_;  // five minutes
  std::map<Uplink, Counters> uplinks_;
  using Unacknowledged = std::tuple<IspId, Span, AgreementId, bool, bool, std::string, ContentClass>;
  std::map<Unacknowledged, Counters> unacknowledged_;
};

}  // namespace waybill::tracker
