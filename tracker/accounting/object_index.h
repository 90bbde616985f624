#pragma once
// From what a receipt touches to the objects that measure it: the cost follows the objects touched, not all there are.
// Immutable: built anew when an object is added or ended.
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/paths/resolved_path.h"
#include "tracker/reports/day_hours.h"
#include "tracker/store/evidence.h"
#include "tracker/store/objects.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

std::string member_of(const AgentKey& client);  // "client:<64 hexadecimal digits>"
std::string member_of(AgreementId agreement);   // "agreement:<id>"

class ObjectIndex {
 public:
  // Refused where an object's time zone is unknown.
  static Result<std::shared_ptr<const ObjectIndex>> build(std::shared_ptr<const MeasuringObjects> objects);

  struct Touched {
    const MeasuringObject* object = nullptr;
    std::vector<std::string> members;  // each once, ascending
  };
  // The objects that one of the order's or path's entities belongs to, by id, whatever their filters say.
  std::vector<Touched> touched(const OrderFacts& order, const ResolvedPath& path) const;
  // Whether its filter lets the receipts of this order and quarter through.
  bool passes(const MeasuringObject& object, const OrderFacts& order, Quarter quarter) const;
  bool empty() const { return objects_->empty(); }
  const std::shared_ptr<const MeasuringObjects>& objects() const { return objects_; }

 private:
  using Places = std::vector<std::size_t>;  // in objects_
  void add(std::size_t place, const ObjectEntity& entity);

  std::shared_ptr<const MeasuringObjects> objects_;
  std::unordered_map<std::string, Places> components_;
  std::unordered_map<AgentKey, Places> clients_;
  std::map<std::pair<IspId, IspId>, Places> isp_pairs_;  // lesser id first
  std::map<IspId, Places> agreements_of_;
  std::map<IspId, Places> clients_of_;
  std::map<std::string, LocalClock> clocks_;
};

// Remembers the index of the objects last seen. On the store's thread.
class ObjectIndexCache {
 public:
  Result<std::shared_ptr<const ObjectIndex>> current(Store& store);

 private:
  std::shared_ptr<const ObjectIndex> index_;
};

// Sums over receipts by order, path and quarter, then by object: what each object gains.
class ObjectTally {
 public:
  // `path`: whatever tells paths apart, for path_of in changes().
  void add(const OrderFacts& order, std::int64_t path, Quarter quarter, const Counters& counters);
  template <typename PathOf>  // std::int64_t -> Result<std::shared_ptr<const ResolvedPath>>
  Result<ObjectChanges> changes(const ObjectIndex& index, PathOf path_of) const {
    Sums sums;
    for (const auto& [id, order] : orders_) {
      for (const auto& [path, quarters] : order.paths) {
        auto resolved = path_of(path);
        if (!resolved) return tl::make_unexpected(resolved.error());
        for (const auto& touched : index.touched(order.facts, **resolved)) {
          count(index, touched, order.facts, quarters, sums);
        }
      }
    }
    return taken(std::move(sums));
  }

 private:
  using Quarters = std::map<Quarter, Counters>;
  struct OrderSums {
    OrderFacts facts;
    std::map<std::int64_t, Quarters> paths;
  };
  struct Sums {
    std::map<std::pair<std::int64_t, std::string>, std::pair<Quarter, Quarter>> members;  // first, last
    std::map<std::tuple<std::int64_t, std::string, Quarter>, Counters> counters;
  };
  static void count(const ObjectIndex& index, const ObjectIndex::Touched& touched, const OrderFacts& order,
                    const Quarters& quarters, Sums& sums);
  static ObjectChanges taken(Sums sums);
  std::unordered_map<OrderId, OrderSums> orders_;
};

}  // namespace waybill::tracker
