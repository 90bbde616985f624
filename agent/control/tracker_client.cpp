#include "agent/control/tracker_client.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/transfer/torrent_file.h"
#include "common/protocol/limits.h"
#include "common/protocol/utf8.h"

namespace waybill::control {

namespace {

constexpr std::size_t kLongestRefusal = 300;
constexpr std::size_t kLargestAnswer = 64 * 1024;

// 5xx: it could not; anything else that is not 200: it would not.
tl::unexpected<Error> rejected(std::string_view what, const net::HttpResponse& response) {
  auto text = fmt::format("{}: {}", what, refusal_text(response));
  if (response.status >= 500) return fail_transient(std::move(text));
  return refuse(std::move(text));
}

protocol::AgentRole role_in(const net::HttpResponse& response) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (!json.is_object() || !json.contains("role") || !json["role"].is_string()) return protocol::AgentRole::client;
  return protocol::parse_role(json["role"].get<std::string>()).value_or(protocol::AgentRole::client);
}

Result<ByteString> own_torrent(const ContentId& content, Result<net::HttpResponse> response) {
  if (!response) return pass_on(response);
  if (response->status != 200) return rejected("the tracker refuses this content", *response);
  auto facts = transfer::read_torrent(response->body);
  if (!facts) return pass_on(facts.error(), "the tracker's description of the content is unusable");
  if (facts->content != content) {
    return refuse(fmt::format("the tracker described another content ({}) than was asked for ({})",
                              facts->content.brief(), content.brief()));
  }
  return std::move(response->body);
}

}  // namespace

std::string refusal_text(const net::HttpResponse& response) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (json.is_object() && json.contains("message") && json["message"].is_string()) {
    return protocol::printable_text(json["message"].get<std::string>(), kLongestRefusal);
  }
  return fmt::format("it answered with HTTP status {}", response.status);
}

void enroll(runtime::EventLoop& loop, const crypto::KeyPair& key, const protocol::EnrollLink& link,
            const std::string& name, const std::optional<IpAddress>& bind,
            std::function<void(Result<Enrollment>)> done) {
  Enrollment enrollment{link.tracker_url(), link.tracker_key, protocol::AgentRole::client, name};
  auto url = tracker_url(enrollment, protocol::kEnrollPath);
  if (!url) return loop.post([done, error = url.error()] { done(tl::make_unexpected(error)); });
  net::HttpRequest request;
  request.method = "POST";
  request.target = url->target;
  request.headers["content-type"] = "application/json";
  request.body = protocol::to_json_text(protocol::make_enroll_request(key, link, name));
  auto options = tracker_options(enrollment, bind);
  options.max_body_bytes = kLargestAnswer;
  net::http_exchange(loop, *url, std::move(request), options,
                     [enrollment, done](Result<net::HttpResponse> response) mutable {
                       if (!response) return done(pass_on(response));
                       if (response->status != 200) return done(rejected("the tracker refuses to enroll", *response));
                       enrollment.role = role_in(*response);
                       done(enrollment);
                     });
}

void fetch_torrent(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                   const ContentId& content, std::function<void(Result<ByteString>)> done) {
  auto url = tracker_url(enrollment, protocol::kTorrentPath + content.hex());
  if (!url) return loop.post([done, error = url.error()] { done(tl::make_unexpected(error)); });
  net::HttpRequest request;
  request.target = url->target;
  auto options = tracker_options(enrollment, bind);
  options.max_body_bytes = protocol::kMaxTorrentBytes;
  net::http_exchange(loop, *url, std::move(request), options,
                     [content, done = std::move(done)](Result<net::HttpResponse> response) {
                       done(own_torrent(content, std::move(response)));
                     });
}

namespace {

void post_torrent(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                  const std::string& path, std::map<std::string, std::string> headers, ByteString torrent,
                  std::string refusal, std::function<void(Status)> done) {
  auto url = tracker_url(enrollment, path);
  if (!url) return loop.post([done, error = url.error()] { done(tl::make_unexpected(error)); });
  net::HttpRequest request;
  request.method = "POST";
  request.target = url->target;
  request.headers = std::move(headers);
  request.headers["content-type"] = "application/x-bittorrent";
  request.body = std::move(torrent);
  auto options = tracker_options(enrollment, bind);
  options.max_body_bytes = kLargestAnswer;
  net::http_exchange(loop, *url, std::move(request), options, [done, refusal](Result<net::HttpResponse> response) {
    if (!response) return done(pass_on(response));
    if (response->status != 200) return done(rejected(refusal, *response));
    done({});
  });
}

}  // namespace

void publish(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
             const protocol::PublishHeaders& headers, ByteString torrent, std::function<void(Status)> done) {
  post_torrent(loop, enrollment, bind, protocol::kPublishPath, protocol::to_http_headers(headers), std::move(torrent),
               "the tracker refuses to publish", std::move(done));
}

void register_twin(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                   const ContentId& content, const protocol::TwinHeaders& headers, ByteString twin,
                   std::function<void(Status)> done) {
  post_torrent(loop, enrollment, bind, protocol::kTwinPath + content.hex(), protocol::to_http_headers(headers),
               std::move(twin), "the tracker refuses the v1 twin", std::move(done));
}

void fetch_twin(runtime::EventLoop& loop, const Enrollment& enrollment, const std::optional<IpAddress>& bind,
                const ContentId& content, std::function<void(Result<ByteString>)> done) {
  auto url = tracker_url(enrollment, protocol::kTwinPath + content.hex());
  if (!url) return loop.post([done, error = url.error()] { done(tl::make_unexpected(error)); });
  net::HttpRequest request;
  request.target = url->target;
  auto options = tracker_options(enrollment, bind);
  options.max_body_bytes = protocol::kMaxTorrentBytes;
  net::http_exchange(loop, *url, std::move(request), options, [done](Result<net::HttpResponse> response) {
    if (!response) return done(pass_on(response));
    if (response->status == 404) return done(ByteString());
    if (response->status != 200) return done(rejected("the tracker does not tell the v1 twin", *response));
    done(std::move(response->body));
  });
}

}  // namespace waybill::control
