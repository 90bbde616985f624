#pragma once
#include <string_view>

namespace waybill::tracker {

extern const std::string_view kPlaceCodes;  // packaging/places/codes.csv

}  // namespace waybill::tracker
