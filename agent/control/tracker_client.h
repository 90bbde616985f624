#pragma once
// The tracker's HTTPS routes, one function each. All on the loop; `done` runs once. The tracker's refusals come back as
// refused, with its own words; an unreachable tracker as failed and transient.
#include <functional>
#include <string>

#include "agent/control/enrollment.h"
#include "common/net/http_client.h"
#include "common/protocol/enroll.h"
#include "common/runtime/event_loop.h"

namespace waybill::control {

// The message inside a refusal of the tracker (JSON {"message"}), or its status where it says nothing. One line.
std::string refusal_text(const net::HttpResponse& response);

// POST kEnrollPath. Enrolling a key again is not an error: the tracker answers with the role that it has.
void enroll(runtime::EventLoop& loop, const crypto::KeyPair& key, const protocol::EnrollLink& link,
            const std::string& name, const std::optional<IpAddress>& bind,
            std::function<void(Result<Enrollment>)> done);

// GET kTorrentPath. Refuses a .torrent that is not the content's own: its info-hash must be the content's id.
void fetch_torrent(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                   const ContentId& content, std::function<void(Result<ByteString>)> done);

// POST kPublishPath.
void publish(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
             const protocol::PublishHeaders& headers, ByteString torrent, std::function<void(Status)> done);

// POST kTwinPath: the content's v1 twin, for stock BitTorrent clients.
void register_twin(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                   const ContentId& content, const protocol::TwinHeaders& headers, ByteString twin,
                   std::function<void(Status)> done);

// GET kTwinPath. Empty: the tracker knows of none.
void fetch_twin(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                const ContentId& content, std::function<void(Result<ByteString>)> done);

}  // namespace waybill::control
