#pragma once
// Text that people see comes from strangers: names, reasons, reverse DNS. What is not well-formed UTF-8 (RFC 3629) or
// holds control characters (a terminal would obey them) is refused by every reader.
#include <string>
#include <string_view>

namespace waybill::protocol {

// Well-formed UTF-8 without control characters (U+0000..U+001F, U+007F..U+009F).
bool is_printable_utf8(std::string_view text);
// The same text, made acceptable to is_printable_utf8: each offending byte becomes '?', and what exceeds max_bytes is
// cut at a character's boundary.
std::string printable_text(std::string_view text, std::size_t max_bytes);

}  // namespace waybill::protocol
