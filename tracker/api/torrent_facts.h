#pragma once
// What the tracker reads off a .torrent that a CDN node publishes (BEP 52). It is kept and handed out as it came.
#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

struct TorrentFacts {
  ContentId content;  // SHA-256 of the info dictionary
  std::string name;   // of the one file
  ByteCount size;
  ByteCount piece_length;
  std::int64_t pieces = 0;
};

// Refuses anything but one private, v2-only, one-file torrent with its piece layers: only what agents can serve.
Result<TorrentFacts> read_torrent_facts(ByteView torrent);

}  // namespace waybill::tracker
