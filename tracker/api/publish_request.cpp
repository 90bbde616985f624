#include "tracker/api/publish_request.h"

#include "common/protocol/enroll.h"
#include "common/protocol/limits.h"
#include "tracker/api/torrent_facts.h"

namespace waybill::tracker {

Result<Publication> read_publish_request(const net::HttpRequest& request, TimeMs now) {
  const auto headers = protocol::parse_publish_headers(request.headers);
  if (!headers) return tl::make_unexpected(headers.error());
  if (headers->owner.empty() || headers->title.empty()) return refuse("publish: owner and title must not be empty");
  if (!protocol::verify_publish(*headers, request.body)) {
    return refuse("publish: the request is not signed by the key that it names");
  }
  const auto apart = headers->time > now ? headers->time - now : now - headers->time;
  if (apart > protocol::kClockTolerance)
    return refuse("publish: the request's time is too far from the tracker's clock");
  const auto facts = read_torrent_facts(request.body);
  if (!facts) return tl::make_unexpected(facts.error());
  Publication publication;
  publication.content = {facts->content, headers->owner,
                         headers->title, headers->content_class,
                         facts->size,    facts->piece_length,
                         facts->pieces,  now,
                         headers->key,   {}};
  return publication;
}

}  // namespace waybill::tracker
