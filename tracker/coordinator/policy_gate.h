#pragma once
// What selection asks of capacity policies and grants.
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

class PolicyGate {
 public:
  virtual ~PolicyGate() = default;
  // Would every policy that this source's traffic to the receiver touches permit an order?
  virtual bool open(AgentIndex source, bool cdn_node) const = 0;
};

class GrantGate {
 public:
  virtual ~GrantGate() = default;
  // Does the ISP's grant in force speak of the content that is wanted?
  virtual bool covers(IspId isp) const = 0;
  // Has the ISP priced what its customers send to stock clients, which acknowledge nothing?
  virtual bool prices_unacknowledged(IspId isp) const = 0;
  // Do bytes of the ISP's customers to others' cost no more than a CDN node's, where one can serve?
  virtual bool worth_off_net(IspId isp) const = 0;
};

}  // namespace waybill::tracker
