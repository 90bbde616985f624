#pragma once
// What the owner of the machine permits: kept in sharing.json, so that it can be read and changed with any editor while
// the agent is down.
#include <filesystem>
#include <optional>

#include "common/protocol/control_messages.h"
#include "common/protocol/enroll.h"
#include "common/types/result.h"

namespace waybill::sharing {

inline constexpr int kMaxUploadSlots = 10'000;
inline constexpr int kCdnUploadSlots = 1000;  // of a CDN node, unless stated

// A client shares nothing until its owner says so (promise 1). A CDN node belongs to the operator, who consents by
// enrolling it.
protocol::SharingState default_sharing(protocol::AgentRole role);

struct SharingChange {
  std::optional<bool> consented;
  std::optional<ByteRate> upload_cap;
  std::optional<int> upload_slots;
};
// Refuses slots outside 1..kMaxUploadSlots, and a CDN node that would not share.
Result<protocol::SharingState> apply(protocol::SharingState state, const SharingChange& change,
                                     protocol::AgentRole role);

// Absent file: default_sharing(role). A file that cannot be read or understood fails, by name: consent is not guessed.
Result<protocol::SharingState> load_sharing(const std::filesystem::path& file, protocol::AgentRole role);
Status save_sharing(const std::filesystem::path& file, const protocol::SharingState& state);  // atomic and durable

}  // namespace waybill::sharing
