#pragma once
// The live command "watch": who feeds whom a content at this moment, and what crosses each link.
#include <nlohmann/json_fwd.hpp>

#include "tracker/api/control_desk.h"

namespace waybill::tracker {

// {"content", "title", "flows": [{"sender", "sender_isp", "receiver", "receiver_isp", "source", "traffic", "rate",
// "acked_bytes", "receiver_permille", "links", "path_is"}], "links": [{"link", "rate", "flows"}], "rate", "cdn_rate",
// "on_net_rate"}; rates in bytes a second as the receivers reported them last.
nlohmann::json watch_as_json(const ControlDesk& desk, const ContentId& content, std::size_t limit, TimeMs now);

}  // namespace waybill::tracker
