#pragma once
// The v1 twin of a content (BEP 3): what the tracker reads off it, and the form that a subscriber gets.
#include "tracker/store/registry.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

// Refuses anything but one private, v1-only, one-file torrent of the content's size and pieces that names no tracker.
Result<Twin> read_twin(ByteView torrent, const Content& content);

// With the URL under `announce`, and the content's web seeds under `url-list` (BEP 19) where it has any; the info
// dictionary, and so the info-hash, stay as they are.
Result<ByteString> with_announce(ByteView torrent, const std::string& url, const std::vector<WebSeed>& web_seeds);

}  // namespace waybill::tracker
