#pragma once
// What enrolling left behind: which tracker this agent belongs to, by which key it is known, and as what.
#include <filesystem>
#include <string>

#include "common/crypto/ed25519.h"
#include "common/net/http_client.h"
#include "common/protocol/enroll.h"
#include "common/types/result.h"

namespace waybill::control {

struct Enrollment {
  std::string tracker_url;  // https://HOST:PORT
  crypto::PublicKey tracker_key;
  protocol::AgentRole role = protocol::AgentRole::client;  // as the tracker said last
  std::string name;
  bool operator==(const Enrollment&) const = default;
};

// enrollment.json. Fails, saying how to enroll, where there is none; refuses one that cannot be understood, by name.
Result<Enrollment> load_enrollment(const std::filesystem::path& file);
Status save_enrollment(const std::filesystem::path& file, const Enrollment& enrollment);

// How to reach the tracker: its key pinned, from `bind` where one is given.
net::ClientOptions tracker_options(const Enrollment& enrollment, const std::optional<IpAddress>& bind);
// The tracker's URL with this target.
Result<net::Url> tracker_url(const Enrollment& enrollment, const std::string& target);

}  // namespace waybill::control
