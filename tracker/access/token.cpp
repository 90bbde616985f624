#include "tracker/access/token.h"

#include <algorithm>

#include "common/crypto/digest.h"
#include "common/types/check.h"

namespace waybill::tracker {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kScheme = "bearer";
constexpr std::size_t kMaxHeaderBytes = 128;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string make_token(ByteView random) {
  WAYBILL_ASSERT(random.size() == kTokenRandomBytes, "a token is of so many random bytes");
  std::string text(kTokenPrefix);
  unsigned pending = 0;
  int bits = 0;
  for (const char byte : random) {
    pending = (pending << 8 | static_cast<unsigned char>(byte)) & 0xffff;
    for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[pending >> (bits - 6) & 63];
  }
  if (bits > 0) text += kAlphabet[pending << (6 - bits) & 63];
  return text;
}

std::optional<ByteString> token_hash(std::string_view token) {
  if (token.size() != kTokenTextSize || !token.starts_with(kTokenPrefix)) return std::nullopt;
  if (token.find_first_not_of(kAlphabet, kTokenPrefix.size()) != std::string_view::npos) return std::nullopt;
  return crypto::sha256(token);
}

std::optional<ByteString> bearer_hash(std::string_view authorization) {
  if (authorization.size() > kMaxHeaderBytes || authorization.size() <= kScheme.size()) return std::nullopt;
  const auto scheme = authorization.substr(0, kScheme.size());
  if (!std::equal(scheme.begin(), scheme.end(), kScheme.begin(), [](char a, char b) { return lower(a) == b; })) {
    return std::nullopt;
  }
  auto rest = authorization.substr(kScheme.size());
  const auto begin = rest.find_first_not_of(' ');
  if (begin == 0 || begin == std::string_view::npos) return std::nullopt;  // at least one space stands between them
  return token_hash(rest.substr(begin));
}

}  // namespace waybill::tracker
