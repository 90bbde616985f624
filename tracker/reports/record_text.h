#pragma once
// A network component record as the patent prints it (FIG. 5, 502).
#include <string>

#include "tracker/store/accounts.h"

namespace waybill::tracker {

// "<component> <path, owner of content, #bytes, start transfer, end transfer, title of content>"; path is the hops by
// name or address, separated by spaces, "-" where none was measured; bytes are acknowledged ones; times are UTC.
// Control characters of names show as "?".
std::string record_text(const ComponentRecord& record);

}  // namespace waybill::tracker
