#pragma once
// A CDN node's request to publish, read and checked without any I/O.
#include "common/net/http.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

struct Publication {
  Content content;
};

// Refuses missing or malformed headers, a signature that is not the named key's, a time that is further than
// kClockTolerance from `now`, and torrents that agents could not serve. Says nothing of the key's role.
Result<Publication> read_publish_request(const net::HttpRequest& request, TimeMs now);

}  // namespace waybill::tracker
