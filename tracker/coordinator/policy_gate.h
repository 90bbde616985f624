#pragma once
// What selection asks of capacity policies.
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

class PolicyGate {
 public:
  virtual ~PolicyGate() = default;
  // Would every policy that this source's traffic to the receiver touches permit an order?
  virtual bool open(AgentIndex source, bool cdn_node) const = 0;
};

}  // namespace waybill::tracker
