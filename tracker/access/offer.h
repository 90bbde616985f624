#pragma once
// Which commands (cli/administration.h) are offered to whom over the HTTPS API. One table; what does not stand in it is
// refused, so that a command that nobody thought about is open to nobody.
#include <optional>
#include <string_view>
#include <vector>

#include "tracker/store/access_tokens.h"

namespace waybill::tracker {

// How a party's own side is cut out of a command's question and answer (narrowing_json.h, own_side_json.h).
enum class Side {
  none,        // not offered to the party
  traffic,     // of the accounts: bytes that it sent or received; for owners those of its content
  balance,     // likewise, between two named ISPs of which it is one
  deliveries,  // files that were received at it; for owners files of its content
  components,  // rows of its own network components and of its borders
  records,     // those of its own components, with other networks' hops masked
  transfers,   // those that it sent or received
  books,       // --isp or --owner is its own
  named,       // the thing that is named is itself
  rows,        // of a list or of one thing: what concerns it
};

enum class Effect { reads, changes };

struct Offer {
  std::string_view command;
  Effect effect;
  Side isp = Side::none;
  Side owner = Side::none;
};

const std::vector<Offer>& offers();
const Offer* find_offer(std::string_view command);  // null: offered to nobody
// Whether answers to it name clients: a party then gets its own pseudonyms of them, and no address at all.
bool names_clients(const Offer& offer);
// The operator has everything, an auditor whatever only reads, a party what has a side of its own.
bool offered_to(const Offer& offer, Role role);
std::vector<Role> roles_of(const Offer& offer);

}  // namespace waybill::tracker
