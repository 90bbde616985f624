#pragma once
// Tokens of the HTTPS API: who may ask, in which role, until when. Only a token's SHA-256 is kept: whoever reads the
// database cannot ask in anybody's name. What a role may see is decided in tracker/access.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// Stored in the database: never renumbered.
enum class Role : int {
  operator_role = 1,  // everything
  isp = 2,            // an ISP's own side
  owner = 3,          // a content owner's own side
  auditor = 4,        // sees everything, changes nothing
};

struct AccessToken {
  std::int64_t id = 0;
  std::string name;  // what people know it by; unique among those that are in force
  Role role{};
  IspId isp;          // with role isp, 0 otherwise
  std::string owner;  // with role owner, empty otherwise
  TimeMs created{};
  TimeMs expires{};               // exclusive
  std::optional<TimeMs> revoked;  // from then on it is refused
  bool operator==(const AccessToken&) const = default;
  bool in_force(TimeMs now) const { return now < expires && (!revoked || now < *revoked); }
};

inline constexpr std::int64_t kMaxTokensInForce = 1'000;
inline constexpr std::size_t kTokenHashSize = 32;  // SHA-256

class AccessTokens {
 public:
  virtual ~AccessTokens() = default;

  // The id is assigned. `hash`: kTokenHashSize bytes. Refused: an end at or before the beginning, a name or a hash that
  // another token has that is in force at `created`, and one more than kMaxTokensInForce.
  virtual Result<AccessToken> add(const AccessToken& token, ByteView hash) = 0;
  // Whether in force or not; absent where no token has this hash.
  virtual Result<std::optional<AccessToken>> find(ByteView hash) = 0;
  virtual Result<std::vector<AccessToken>> list() = 0;  // by id, all that ever were
  // Refused where it is unknown or was revoked or expired by then.
  virtual Status revoke(std::int64_t id, TimeMs at) = 0;
};

}  // namespace waybill::tracker
