#pragma once
// `waybill-tracker init`: a directory becomes a tracker's.
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace waybill::tracker {

// Key, settings, empty books, and one enrol link for clients and one for CDN nodes. Refuses a directory that is not
// empty; what fails half way leaves nothing behind. The answer has the form of administration.h.
nlohmann::json initialise(const nlohmann::json& arguments);

}  // namespace waybill::tracker
