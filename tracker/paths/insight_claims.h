#pragma once
// What insights may not say: found before they are stored.
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "tracker/paths/registered_component.h"

namespace waybill::tracker {

class InsightClaims {
 public:
  // The components must outlive it.
  explicit InsightClaims(const std::vector<RegisteredComponent>& components);
  // Refused: a component that is not registered, ends that are missing or the same, a component between itself and
  // another, what is said already for one of the directions.
  Status add(const ComponentInsight& insight);

 private:
  std::map<ComponentId, const RegisteredComponent*> components_;
  std::set<std::tuple<std::string, std::string, ComponentId>> said_;
};

}  // namespace waybill::tracker
