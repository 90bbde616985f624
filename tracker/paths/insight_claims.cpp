#include "tracker/paths/insight_claims.h"

namespace waybill::tracker {

InsightClaims::InsightClaims(const std::vector<RegisteredComponent>& components) {
  for (const auto& component : components) components_.emplace(component.id, &component);
}

Status InsightClaims::add(const ComponentInsight& insight) {
  const auto lies = components_.find(insight.lies);
  if (lies == components_.end()) return refuse("there is no component " + std::to_string(insight.lies.value));
  const auto& between = *lies->second;
  const auto text = "between '" + insight.near + "' and '" + insight.far + "' lies '" + between.name + "'";
  if (insight.near.empty() || insight.far.empty()) return refuse(text + ": it needs two ends");
  if (insight.near == insight.far) return refuse(text + ": its ends are the same");
  if (between.key() == insight.near || between.key() == insight.far) {
    return refuse(text + ": it cannot lie between itself and another");
  }
  if (said_.contains({insight.near, insight.far, insight.lies}) ||
      (insight.both_ways && said_.contains({insight.far, insight.near, insight.lies}))) {
    return refuse(text + ": that is said already; `component insight list` shows it");
  }
  said_.insert({insight.near, insight.far, insight.lies});
  if (insight.both_ways) said_.insert({insight.far, insight.near, insight.lies});
  return {};
}

}  // namespace waybill::tracker
