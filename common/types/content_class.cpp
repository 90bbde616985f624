#include "common/types/content_class.h"

#include <string>

namespace waybill {

const char* name_of(ContentClass content_class) { return content_class == ContentClass::live ? "live" : "file"; }

Result<ContentClass> parse_content_class(std::string_view text) {
  if (text == "file") return ContentClass::file;
  if (text == "live") return ContentClass::live;
  return refuse("'" + std::string(text) + "' is not a class of content (file or live)");
}

}  // namespace waybill
