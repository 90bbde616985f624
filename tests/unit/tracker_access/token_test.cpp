// Tokens as texts, and how often somebody may ask.
#include "tracker/access/token.h"

#include <doctest/doctest.h>

#include "common/crypto/digest.h"
#include "tracker/access/rate_limit.h"
#include "tracker/access/subject.h"

using namespace waybill;
using namespace waybill::tracker;

TEST_CASE("a token is its random bytes in base64url") {
  CHECK(make_token(ByteString(32, '\0')) == "wbt_" + std::string(43, 'A'));
  CHECK(make_token(ByteString(32, '\xff')) == "wbt_" + std::string(42, '_') + "8");
  ByteString counted;
  for (int i = 0; i < 32; ++i) counted += static_cast<char>(i);
  CHECK(make_token(counted) == "wbt_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  CHECK(make_token(counted).size() == kTokenTextSize);
  CHECK(*token_hash(make_token(counted)) == crypto::sha256(make_token(counted)));
}

TEST_CASE("an Authorization header holds one token, or none") {
  const auto token = make_token(crypto::random_bytes(kTokenRandomBytes));
  const auto hash = token_hash(token);
  REQUIRE(hash);
  for (const auto& header : {"Bearer " + token, "bearer " + token, "BEARER   " + token}) {
    CHECK(bearer_hash(header) == hash);
  }
  const std::vector<std::string> kWrong{token,
                                        "Bearer" + token,
                                        "Bearer",
                                        "Bearer ",
                                        std::string(),
                                        "Basic " + token,
                                        "Bearer " + token + " ",
                                        "Bearer " + token + "x",
                                        "Bearer " + token.substr(1),
                                        "Bearer " + token + "," + token,
                                        "Bearer\t" + token,
                                        "Bearer " + std::string(200, ' ') + token,
                                        "Bearer wbt_" + std::string(43, '=')};
  for (const auto& header : kWrong) {
    CHECK_MESSAGE(!bearer_hash(header), header);
  }
}

TEST_CASE("roles have names") {
  for (const auto role : {Role::operator_role, Role::isp, Role::owner, Role::auditor}) {
    CHECK(*parse_role(name_of(role)) == role);
  }
  CHECK_FALSE(parse_role("root"));
  CHECK(Subject{Role::isp, "SP1"}.recipient() == "isp SP1");
  CHECK(Subject{Role::auditor, ""}.recipient() == "operator");
}

TEST_CASE("so many at once, and then one at a time") {
  RateLimit limit(3, DurationMs{100}, 100);
  const DurationMs begin{5'000};
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(limit.full("a", begin));
    limit.count("a", begin);
  }
  CHECK(limit.full("a", begin));
  CHECK_FALSE(limit.full("b", begin));
  CHECK(limit.full("a", DurationMs{5'099}));
  CHECK_FALSE(limit.full("a", DurationMs{5'100}));
  limit.count("a", DurationMs{5'100});
  CHECK(limit.full("a", DurationMs{5'100}));
  CHECK_FALSE(limit.full("a", DurationMs{5'400}));
}
