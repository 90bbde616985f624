#include "agent/sharing/consent.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/storage/text_file.h"

namespace waybill::sharing {

using protocol::AgentRole;
using protocol::SharingState;

SharingState default_sharing(AgentRole role) {
  SharingState state;
  if (role == AgentRole::cdn_node) {
    state.consented = true;
    state.upload_slots = kCdnUploadSlots;
  }
  return state;
}

Result<SharingState> apply(SharingState state, const SharingChange& change, AgentRole role) {
  if (change.consented) state.consented = *change.consented;
  if (change.upload_cap) state.upload_cap = *change.upload_cap;
  if (change.upload_slots) state.upload_slots = *change.upload_slots;
  if (state.upload_slots < 1 || state.upload_slots > kMaxUploadSlots) {
    return refuse(fmt::format("the number of upload slots must be between 1 and {}", kMaxUploadSlots));
  }
  if (state.upload_cap.value < 0) return refuse("an upload cap cannot be negative");
  if (role == AgentRole::cdn_node && !state.consented) {
    return refuse("a CDN node always serves; to take it out of service, stop it");
  }
  return state;
}

Result<SharingState> load_sharing(const std::filesystem::path& file, AgentRole role) {
  if (!std::filesystem::exists(file)) return default_sharing(role);
  auto text = storage::read_text_file(file, 64 * 1024);
  if (!text) return pass_on(text);
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto broken = [&](std::string_view why) {
    return refuse(
        fmt::format("{} {}: correct it, or run waybill-agent share on|off after removing it", file.string(), why));
  };
  if (!json.is_object()) return broken("is not a JSON object");
  const auto on = json.find("share"), cap = json.find("upload_cap"), slots = json.find("upload_slots");
  if (on == json.end() || !on->is_boolean()) return broken("lacks \"share\": true or false");
  SharingChange change;
  change.consented = on->get<bool>();
  if (cap != json.end()) {
    if (!cap->is_number_integer()) return broken("has an \"upload_cap\" that is no whole number of bytes per second");
    change.upload_cap = ByteRate{cap->get<std::int64_t>()};
  }
  if (slots != json.end()) {
    if (!slots->is_number_integer()) return broken("has \"upload_slots\" that are no whole number");
    change.upload_slots = slots->get<int>();
  }
  auto state = apply(default_sharing(role), change, role);
  if (!state) return pass_on(state.error(), file.string());
  return state;
}

Status save_sharing(const std::filesystem::path& file, const SharingState& state) {
  const nlohmann::ordered_json json{
      {"share", state.consented}, {"upload_cap", state.upload_cap.value}, {"upload_slots", state.upload_slots}};
  return storage::write_text_file(file, json.dump(2) + "\n");
}

}  // namespace waybill::sharing
