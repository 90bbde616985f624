#pragma once
// A part of a whole, for people. Pure.
#include <cstdint>
#include <string>

namespace waybill::tracker {

// "62.5 %", rounded down: shares of one whole never add up to more than a hundred. "-" where there is no whole.
std::string percent_of(std::int64_t part, std::int64_t whole);

}  // namespace waybill::tracker
