#pragma once
// Tokens of the HTTPS API as texts: how they are made, and how they come in. Pure; nothing here keeps or logs one.
#include <optional>
#include <string>
#include <string_view>

#include "common/types/byte_string.h"

namespace waybill::tracker {

inline constexpr std::size_t kTokenRandomBytes = 32;
inline constexpr std::string_view kTokenPrefix = "wbt_";  // so that people and scanners know one when they see it
inline constexpr std::size_t kTokenTextSize = 4 + 43;     // base64url of 32 bytes, without padding

// `random`: kTokenRandomBytes from the operating system's generator (asserted).
std::string make_token(ByteView random);
// SHA-256 of the text: all that is kept. Absent where the text cannot be a token.
std::optional<ByteString> token_hash(std::string_view token);
// The same for the value of an Authorization header: "Bearer TOKEN", the scheme in any case (RFC 6750, RFC 9110 11.1).
// Absent for whatever else it holds; what is longer than such a header can be is not looked at.
std::optional<ByteString> bearer_hash(std::string_view authorization);

}  // namespace waybill::tracker
