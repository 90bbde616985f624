#include "tracker/api/publish_request.h"

#include <charconv>

#include "common/protocol/limits.h"
#include "tracker/api/torrent_facts.h"

namespace waybill::tracker {

namespace {

std::string header(const net::HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

Result<std::string> name_header(const net::HttpRequest& request, const char* name) {
  auto text = from_hex(header(request, name));
  if (!text || text->empty() || text->size() > protocol::kMaxNameBytes) {
    return refuse(std::string("publish: the header ") + name + " must be the hexadecimal of 1 to 256 bytes of UTF-8");
  }
  // Names stand in tables and CSV, one to a line.
  for (const unsigned char c : *text) {
    if (c < 0x20 || c == 0x7f) return refuse(std::string("publish: the header ") + name + " has control characters");
  }
  return text;
}

Result<TimeMs> time_header(const net::HttpRequest& request) {
  const auto text = header(request, protocol::kPublishTimeHeader);
  TimeMs time;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time.value);
  if (error != std::errc{} || end != text.data() + text.size()) return refuse("publish: the time header is malformed");
  return time;
}

Result<protocol::PublishHeaders> read_headers(const net::HttpRequest& request) {
  const auto key = AgentKey::from_hex(header(request, protocol::kPublishKeyHeader));
  if (!key) return pass_on(key.error(), "publish");
  const auto signature = crypto::Signature::from_hex(header(request, protocol::kPublishSignatureHeader));
  if (!signature) return pass_on(signature.error(), "publish");
  const auto owner = name_header(request, protocol::kPublishOwnerHeader);
  if (!owner) return tl::make_unexpected(owner.error());
  const auto title = name_header(request, protocol::kPublishTitleHeader);
  if (!title) return tl::make_unexpected(title.error());
  const auto time = time_header(request);
  if (!time) return tl::make_unexpected(time.error());
  return protocol::PublishHeaders{*key, *owner, *title, *time, *signature};
}

}  // namespace

Result<Publication> read_publish_request(const net::HttpRequest& request, TimeMs now) {
  const auto headers = read_headers(request);
  if (!headers) return tl::make_unexpected(headers.error());
  if (!protocol::verify_publish(*headers, request.body)) {
    return refuse("publish: the request is not signed by the key that it names");
  }
  const auto apart = headers->time > now ? headers->time - now : now - headers->time;
  if (apart > protocol::kClockTolerance)
    return refuse("publish: the request's time is too far from the tracker's clock");
  const auto facts = read_torrent_facts(request.body);
  if (!facts) return tl::make_unexpected(facts.error());
  Publication publication;
  publication.content = {facts->content,
                         headers->owner,
                         headers->title,
                         facts->size,
                         facts->piece_length,
                         facts->pieces,
                         now,
                         headers->key,
                         {}};
  return publication;
}

}  // namespace waybill::tracker
