#pragma once
// What of an answer a party sees. Pure: takes away rows, hops and ids that are not of its side; what people read beside
// the facts ("lines", "notes") goes too, since it is told of the whole answer.
#include <nlohmann/json_fwd.hpp>

#include "tracker/access/narrowing_json.h"

namespace waybill::tracker {

// `asked`: the arguments before they were narrowed. `answer`: as administration.h has it. Subjects that are no party
// get it as it is. Refused ("unknown") where the thing that was asked for is not the party's, or is not at all.
Permitted<nlohmann::json> own_side(const Subject& subject, const OwnComponents& own, std::string_view command,
                                   const nlohmann::json& asked, nlohmann::json answer);

}  // namespace waybill::tracker
