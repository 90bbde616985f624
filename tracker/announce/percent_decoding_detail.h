#pragma once
// For the .cpp files of this folder.
#include <string>
#include <string_view>

namespace waybill::tracker {

// RFC 3986: a '+' is a plus sign. False: a '%' without two hexadecimal digits.
bool percent_decode(std::string_view text, std::string& out);

}  // namespace waybill::tracker
