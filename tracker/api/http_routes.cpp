#include "tracker/api/http_routes.h"

#include <nlohmann/json.hpp>

#include "common/crypto/digest.h"
#include "common/protocol/enroll.h"
#include "common/protocol/limits.h"
#include "common/runtime/log.h"
#include "tracker/announce/twin_torrent.h"
#include "tracker/api/publish_request.h"

namespace waybill::tracker {

using net::HttpRequest;
using net::HttpResponse;
using net::Respond;
using nlohmann::json;

namespace {

void refuse_with(const Respond& respond, int status, protocol::Refusal reason, const std::string& message) {
  const json body{{"refused", protocol::name_of(reason)}, {"number", static_cast<int>(reason)}, {"message", message}};
  respond(net::json_response(status, body.dump() + "\n"));
}

void answer_failure(const Respond& respond, const Error& error) {
  if (error.kind == ErrorKind::refused) {
    return refuse_with(respond, 400, protocol::Refusal::control_malformed, error.message);
  }
  WAYBILL_ERROR("http", "request failed: {}", error.message);
  refuse_with(respond, 503, protocol::Refusal::too_busy, "the tracker could not store it; try again later");
}

bool starts_with(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

}  // namespace

HttpRoutes::HttpRoutes(crypto::PublicKey tracker_key, const runtime::Clock& clock, StoreBridge& bridge,
                       ControlDesk& desk, SubmitReceipts submit_receipts, UseRegistry use_registry,
                       std::filesystem::path data)
    : tracker_key_(tracker_key),
      clock_(clock),
      bridge_(bridge),
      desk_(desk),
      submit_receipts_(std::move(submit_receipts)),
      use_registry_(std::move(use_registry)),
      data_(std::move(data)) {}

void HttpRoutes::handle(HttpRequest request, Respond respond) {
  const auto path = request.path();
  const bool get = request.method == "GET" || request.method == "HEAD";
  const bool post = request.method == "POST";
  if (post && path == protocol::kEnrollPath) return enroll(request, respond);
  if (post && path == protocol::kPublishPath) return publish(request, respond);
  if (post && path == protocol::kReceiptsPath) return receipts(std::move(request), respond);
  if (get && starts_with(path, protocol::kContentPath)) return content_page(request, respond);
  if (get && starts_with(path, protocol::kTorrentPath)) return torrent(request, respond);
  if (post && starts_with(path, protocol::kTwinPath)) return register_twin(request, respond);
  if (get && starts_with(path, protocol::kTwinPath)) return twin(request, respond);
  if (get && path == "/healthz") return respond(net::text_response(200, "ok\n"));
  respond(net::text_response(404, "There is nothing here.\n"));
}

void HttpRoutes::enroll(const HttpRequest& request, const Respond& respond) {
  const auto parsed = protocol::parse_enroll_request(request.body);
  if (!parsed) return answer_failure(respond, parsed.error());
  if (!protocol::verify_enroll_request(*parsed, tracker_key_)) {
    return refuse_with(respond, 403, protocol::Refusal::key_proof_invalid,
                       "the request is not signed by the key that it names");
  }
  enroll_checked(*parsed, respond);
}

void HttpRoutes::enroll_checked(const protocol::EnrollRequest& request, const Respond& respond) {
  const auto work = [request, now = clock_.now()](Store& store) -> Result<std::optional<EnrolledAgent>> {
    const auto token_bytes = from_hex(request.token);
    if (!token_bytes) return std::nullopt;
    const auto token = store.registry().find_enroll_token(crypto::sha256(*token_bytes));
    if (!token) return tl::make_unexpected(token.error());
    if (!*token) return std::nullopt;
    const EnrolledAgent agent{request.key, (*token)->role, request.name, now};
    if (const auto status = store.registry().enroll_agent(agent); !status) return tl::make_unexpected(status.error());
    return agent;
  };
  const auto asked = bridge_.ask(work, [this, respond](Result<std::optional<EnrolledAgent>> enrolled) {
    if (!enrolled) return answer_failure(respond, enrolled.error());
    if (!*enrolled) {
      return refuse_with(respond, 403, protocol::Refusal::enroll_token_invalid,
                         "the enrol link's token is not known here: ask the operator for a new link");
    }
    desk_.agent_enrolled(**enrolled);
    WAYBILL_INFO("enroll", "agent enrolled agent={} name={} role={}", (*enrolled)->key.brief(), (*enrolled)->name,
                 protocol::name_of((*enrolled)->role));
    respond(net::json_response(200, json{{"role", protocol::name_of((*enrolled)->role)}}.dump() + "\n"));
  });
  if (!asked) answer_failure(respond, asked.error());
}

void HttpRoutes::publish(const HttpRequest& request, const Respond& respond) {
  auto publication = read_publish_request(request, clock_.now());
  if (!publication) return answer_failure(respond, publication.error());
  const auto* agent = desk_.enrolled(publication->content.publisher);
  if (!agent || agent->role != protocol::AgentRole::cdn_node) {
    return refuse_with(respond, 403, protocol::Refusal::role_not_permitted,
                       "only a CDN node publishes: enroll with the operator's CDN-node link");
  }
  const auto content = publication->content;
  const auto work = [content, torrent = request.body,
                     data = data_](Store& store) -> Result<std::shared_ptr<const RegistryView>> {
    if (const auto added = store.registry().add_content(content, torrent); !added) {
      return tl::make_unexpected(added.error());
    }
    return read_registry_view(store, {}, data);
  };
  const auto asked = bridge_.ask(work, [this, content, respond](Result<std::shared_ptr<const RegistryView>> view) {
    if (!view) return answer_failure(respond, view.error());
    use_registry_(*view);
    WAYBILL_INFO("publish", "content published content={} owner={} title={} bytes={} by={}", content.id.brief(),
                 content.owner, content.title, content.size.value, content.publisher.brief());
    const json body{{"content", content.id.hex()}, {"path", protocol::kContentPath + content.id.hex()}};
    respond(net::json_response(200, body.dump() + "\n"));
  });
  if (!asked) answer_failure(respond, asked.error());
}

void HttpRoutes::receipts(HttpRequest request, const Respond& respond) {
  submit_receipts_(std::move(request.body), [respond](int status, ByteString body) {
    respond(HttpResponse{status, {{"content-type", "application/octet-stream"}}, std::move(body)});
  });
}

const Content* HttpRoutes::find_content(const HttpRequest& request, const char* prefix, const Respond& respond) {
  const auto id = ContentId::from_hex(request.path().substr(std::string_view(prefix).size()));
  const auto& contents = desk_.registry().contents;
  const auto found = id ? contents.find(*id) : contents.end();
  if (found == contents.end()) {
    refuse_with(respond, 404, protocol::Refusal::content_unknown, "no such content here");
    return nullptr;
  }
  if (found->second.removed) {
    refuse_with(respond, 410, protocol::Refusal::content_removed, "this content was removed");
    return nullptr;
  }
  return &found->second;
}

void HttpRoutes::content_page(const HttpRequest& request, const Respond& respond) {
  const auto* content = find_content(request, protocol::kContentPath, respond);
  if (!content) return;
  const json body{{"content", content->id.hex()},
                  {"title", content->title},
                  {"owner", content->owner},
                  {"bytes", content->size.value},
                  {"get", "waybill-agent get " + content->id.hex()}};
  respond(net::json_response(200, body.dump(2) + "\n"));
}

void HttpRoutes::torrent(const HttpRequest& request, const Respond& respond) {
  const auto* content = find_content(request, protocol::kTorrentPath, respond);
  if (!content) return;
  const auto asked =
      bridge_.ask([id = content->id](Store& store) { return store.registry().torrent_of(id); },
                  [respond](Result<ByteString> torrent) {
                    if (!torrent) return answer_failure(respond, torrent.error());
                    respond(HttpResponse{200, {{"content-type", "application/x-bittorrent"}}, std::move(*torrent)});
                  });
  if (!asked) answer_failure(respond, asked.error());
}

// The twin of what was published: any CDN node may tell it, and it is the same whoever does.
void HttpRoutes::register_twin(const HttpRequest& request, const Respond& respond) {
  const auto* content = find_content(request, protocol::kTwinPath, respond);
  if (!content) return;
  const auto headers = protocol::parse_twin_headers(request.headers);
  if (!headers) return answer_failure(respond, headers.error());
  const auto apart = headers->time > clock_.now() ? headers->time - clock_.now() : clock_.now() - headers->time;
  if (!protocol::verify_twin(*headers, content->id, request.body) || apart > protocol::kClockTolerance) {
    return refuse_with(respond, 403, protocol::Refusal::key_proof_invalid,
                       "the twin is not signed by the key that it names, or not now");
  }
  const auto* agent = desk_.enrolled(headers->key);
  if (!agent || agent->role != protocol::AgentRole::cdn_node) {
    return refuse_with(respond, 403, protocol::Refusal::role_not_permitted, "only a CDN node tells twins");
  }
  const auto twin = read_twin(request.body, *content);
  if (!twin) return answer_failure(respond, twin.error());
  const auto work = [twin = *twin,
                     torrent = request.body](Store& store) -> Result<std::shared_ptr<const RegistryView>> {
    if (const auto added = store.stock_clients().add_twin(twin, torrent); !added) {
      return tl::make_unexpected(added.error());
    }
    return read_registry_view(store);
  };
  const auto asked = bridge_.ask(work, [this, twin = *twin, respond](Result<std::shared_ptr<const RegistryView>> view) {
    if (!view) return answer_failure(respond, view.error());
    use_registry_(*view);
    WAYBILL_INFO("publish", "twin known content={} info_hash={}", twin.content.brief(), twin.hash.hex());
    respond(net::json_response(200, json{{"info_hash", twin.hash.hex()}}.dump() + "\n"));
  });
  if (!asked) answer_failure(respond, asked.error());
}

void HttpRoutes::twin(const HttpRequest& request, const Respond& respond) {
  const auto* content = find_content(request, protocol::kTwinPath, respond);
  if (!content) return;
  const auto asked =
      bridge_.ask([id = content->id](Store& store) { return store.stock_clients().twin_of(id); },
                  [respond](Result<std::optional<ByteString>> twin) {
                    if (!twin) return answer_failure(respond, twin.error());
                    if (!*twin)
                      return refuse_with(respond, 404, protocol::Refusal::content_unknown, "it has no twin yet");
                    respond(HttpResponse{200, {{"content-type", "application/x-bittorrent"}}, std::move(**twin)});
                  });
  if (!asked) answer_failure(respond, asked.error());
}

}  // namespace waybill::tracker
