#pragma once
#include <string>

#include "tracker/alerts/measure.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Measures by the accounts (store/accounts.h): a few index look-ups each. On the store's thread.
class StoreMeasureSource final : public MeasureSource {
 public:
  explicit StoreMeasureSource(Store& store) : store_(store) {}
  Result<std::int64_t> value(const Measure& measure, TimeMs since, TimeMs until) override;

 private:
  Result<Counters> count(const Measure& measure, TimeMs since, TimeMs until);
  Result<Counters> count_traffic(const TrafficFilter& filter, TimeMs since, TimeMs until);
  Result<std::int64_t> share_on_net(const TrafficFilter& filter, AckedBytes all, TimeMs since, TimeMs until);
  Result<Counters> count_component(const TrafficFilter& filter, TimeMs since, TimeMs until);

  Result<Counters> count_object(const std::string& name, TimeMs since, TimeMs until);

  Store& store_;
};

}  // namespace waybill::tracker
