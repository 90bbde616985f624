#include "tracker/coordinator/contact.h"

namespace waybill::tracker {

using protocol::Dial;

Contact contact_between(const AgentRecord& sender, const AgentRecord& receiver) {
  const Endpoint public_source{sender.address, sender.port};
  if (sender.reachable()) return {public_source, Dial::receiver, 0};
  const bool at_one_home = sender.behind_nat() && receiver.behind_nat() && sender.address == receiver.address;
  if (at_one_home) return {{*sender.local_address, sender.local_port}, Dial::receiver, 0};
  if (receiver.stock || receiver.port == 0) return {public_source, Dial::receiver, 0};
  return {public_source, receiver.reach == Reach::open ? Dial::sender : Dial::both, receiver.port};
}

}  // namespace waybill::tracker
