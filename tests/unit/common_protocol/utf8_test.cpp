#include "common/protocol/utf8.h"

#include <doctest/doctest.h>

using waybill::protocol::is_printable_utf8;
using waybill::protocol::printable_text;

TEST_CASE("well-formed text of every length class is printable") {
  for (const char* text :
       {"", "plain ~ ASCII", "\u00a0\u00e9\u07ff", "\u0800\u20ac\ud7ff\ue000\uffff", "\U00010000\U0010ffff"}) {
    CAPTURE(text);
    CHECK(is_printable_utf8(text));
    CHECK(printable_text(text, 100) == text);
  }
}

TEST_CASE("control characters and what RFC 3629 forbids are not") {
  const std::string_view cases[] = {
      "\x1b[31m",
      "a\nb",
      "\x7f",
      std::string_view("\0", 1),
      "\xc2\x80",
      "\xc2\x9b",  // C0, DEL, C1
      "\x80",
      "\xbf",
      "\xc0\xaf",
      "\xc1\xbf",
      "\xe0\x80\xaf",
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",
      "\xf0\x80\x80\xaf",  // stray, overlong
      "\xed\xa0\x80",
      "\xed\xbf\xbf",
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xff",  // surrogates, beyond U+10FFFF
      "\xc3",
      "\xe2\x82",
      "\xf0\x9f\x98",
      "\xc3(",
      "\xe2(\xa1",  // cut short, broken
  };
  for (const auto text : cases) {
    CAPTURE(text);
    CHECK_FALSE(is_printable_utf8(text));
    const auto mended = printable_text(text, 100);
    CHECK(is_printable_utf8(mended));
    CHECK(mended.find('?') != std::string::npos);
  }
}

TEST_CASE("mending keeps what is good and cuts at a character's boundary") {
  CHECK(printable_text("a\x1b\u00e9\xff", 100) == "a?\u00e9?");
  CHECK(printable_text("a\u20acb", 3) == "a");
  CHECK(printable_text("a\u20acb", 4) == "a\u20ac");
  CHECK(printable_text("abc", 0).empty());
}
