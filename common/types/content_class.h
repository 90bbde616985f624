#pragma once
// What kind of content it is, as far as permission, policy and price tell kinds apart.
#include <string_view>

#include "common/types/result.h"

namespace waybill {

// Numbers stand in the store: never renumbered. `file`: may be fetched at any time. `live`: a part of a transmission.
enum class ContentClass : int { file = 1, live = 2 };

const char* name_of(ContentClass content_class);                  // "file", "live"
Result<ContentClass> parse_content_class(std::string_view text);  // refuses every other word

}  // namespace waybill
