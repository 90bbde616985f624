#pragma once
// Text in mails, so that any text stays text: nothing that a name holds can become a header or end a line. Pure.
#include <string>
#include <string_view>

#include "common/types/units.h"

namespace waybill::tracker {

// Quoted-printable (RFC 2045 6.7) of UTF-8 with "\n" as line ends; CRLF, lines of at most 76 characters.
std::string quoted_printable(std::string_view text);
// A header's value: printable ASCII as it is, anything else as encoded words (RFC 2047), folded.
std::string header_text(std::string_view text);
// "Mon, 23 Nov 2026 18:00:00 +0000" (RFC 5322 3.3).
std::string mail_date(TimeMs time);

}  // namespace waybill::tracker
