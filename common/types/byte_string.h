#pragma once
// Raw bytes. std::string serves as the buffer because bencode, SQLite blobs and sockets all take it without a copy; the
// alias says that it is not text.
#include <string>
#include <string_view>

#include "common/types/result.h"

namespace waybill {

using ByteString = std::string;
using ByteView = std::string_view;

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);
// Accepts either case; refuses odd lengths and other characters.
Result<ByteString> from_hex(std::string_view text);

}  // namespace waybill
