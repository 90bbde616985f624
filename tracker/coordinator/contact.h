#pragma once
// How the two ends of an order come together: where the source is, and which end opens the connection. Pure.
#include "common/protocol/control_messages.h"
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

struct Contact {
  Endpoint source;
  protocol::Dial dial = protocol::Dial::receiver;
  std::uint16_t receiver_port = 0;  // where the sender is to connect, at the receiver's address; 0: it is not to
};

// The receiver connects wherever the sender can be reached; else the sender where the receiver can; where neither can
// be, both at the same time. Two behind one NAT meet at home: the sender's own address, which the receiver reaches.
Contact contact_between(const AgentRecord& sender, const AgentRecord& receiver);

}  // namespace waybill::tracker
