#include "tracker/alerts/plain_text.h"

#include <fmt/format.h>

#include "common/protocol/utf8.h"

namespace waybill::tracker {

Status check_plain_text(std::string_view what, std::string_view text, std::size_t max_bytes) {
  if (text.empty()) return refuse(fmt::format("{} must not be empty", what));
  if (text.size() > max_bytes) return refuse(fmt::format("{} is longer than {} bytes", what, max_bytes));
  if (!protocol::is_printable_utf8(text)) return refuse(fmt::format("{} holds control characters or no UTF-8", what));
  return {};
}

}  // namespace waybill::tracker
