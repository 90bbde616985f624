#pragma once
// May this subject ask this command with these arguments, and if so, with which? A pure decision.
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "tracker/access/own_components.h"
#include "tracker/access/subject.h"

namespace waybill::tracker {

// Why something is refused. `name` is one of:
//   "not_offered"  the role has no such command, or nobody has
//   "changes"      the role changes nothing
//   "other_party"  it asks about somebody else's side
//   "client_ids"   parties know clients by pseudonyms, so they cannot ask by a client
//   "evidence"     signed receipts name clients and addresses
//   "unknown"      there is no such thing on the subject's side; whether there is one elsewhere is not told
struct AccessRefusal {
  std::string_view name;
  std::string detail;  // one line for people
};
template <typename T>
using Permitted = tl::expected<T, AccessRefusal>;

// `arguments` as administration.h has them. What comes out asks for nothing but the subject's own side, wherever
// arguments can say so; the rest is done by own_side. Arguments that cannot be read come out as they are: the command
// itself refuses them.
Permitted<nlohmann::json> narrow(const Subject& subject, const OwnComponents& own, std::string_view command,
                                 const nlohmann::json& arguments);

}  // namespace waybill::tracker
