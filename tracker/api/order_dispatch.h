#pragma once
// Carries out the coordinator's actions in their order: signs orders, makes them durable in one transaction, and only
// then pushes them to the sender and hands them to the receiver (design section 2, step 3). What is revoked is revoked
// after what was issued before it.
#include <functional>

#include "common/crypto/ed25519.h"
#include "common/protocol/control_messages.h"
#include "common/runtime/clock.h"
#include "tracker/api/store_bridge.h"
#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

class OrderDispatch {
 public:
  // To a connected agent; false when it is not connected (its orders end by the coordinator's own actions).
  using Send = std::function<bool(const AgentKey&, const protocol::ControlMessage&)>;
  // The store refused or failed: none of these orders was sent.
  using Failed = std::function<void(const OrderId&)>;

  OrderDispatch(crypto::KeyPair key, const runtime::Clock& clock, StoreBridge& bridge, Send send, Failed failed);
  void carry_out(Actions actions);  // on the loop

 private:
  void start_next();
  void finish(Actions actions, std::vector<IssuedOrder> issued, Status stored);
  void record_failure(const RecordFailure& failure);
  void perform(const Actions& actions, const std::vector<IssuedOrder>& issued);

  crypto::KeyPair key_;
  const runtime::Clock& clock_;
  StoreBridge& bridge_;
  Send send_;
  Failed failed_;
  Actions waiting_;  // bounded by the coordinator's own limits on downloads and orders
  bool storing_ = false;
};

}  // namespace waybill::tracker
