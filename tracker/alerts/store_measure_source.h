#pragma once
#include <functional>
#include <string>

#include "tracker/alerts/measure.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Measures by the accounts (store/accounts.h): a few index look-ups each. On the store's thread.
class StoreMeasureSource final : public MeasureSource {
 public:
  // What an accounting object, by its name, counted in since <= t < until. Refused where it is not known.
  using ObjectReader = std::function<Result<Counters>(const std::string& name, TimeMs since, TimeMs until)>;

  // Without a reader, measures of objects are refused.
  explicit StoreMeasureSource(Store& store, ObjectReader objects = {}) : store_(store), objects_(std::move(objects)) {}
  Result<std::int64_t> value(const Measure& measure, TimeMs since, TimeMs until) override;

 private:
  Result<Counters> count(const Measure& measure, TimeMs since, TimeMs until);
  Result<Counters> count_traffic(const TrafficFilter& filter, TimeMs since, TimeMs until);
  Result<std::int64_t> share_on_net(const TrafficFilter& filter, AckedBytes all, TimeMs since, TimeMs until);
  Result<Counters> count_component(const TrafficFilter& filter, TimeMs since, TimeMs until);

  Store& store_;
  ObjectReader objects_;
};

}  // namespace waybill::tracker
