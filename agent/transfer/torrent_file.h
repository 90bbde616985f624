#pragma once
// Reading and making the .torrent of a content: BEP 52 (v2 only), private (BEP 27), one file, no trackers.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::transfer {

struct TorrentFacts {
  ContentId content;
  std::string name;  // of the file; a plain file name, no path
  ByteCount size;
  ByteCount piece_length;
  std::int64_t pieces = 0;
};

// Refuses what is not a v2-only, private torrent of one file within the limits of common/protocol/limits.h, or lacks
// its piece layers.
Result<TorrentFacts> read_torrent(ByteView torrent);

// Bytes hashed so far of all; return false to stop.
using HashProgress = std::function<bool(ByteCount done, ByteCount total)>;

// Reads and hashes the whole file: blocks, so call it on a worker. Fails on an unreadable, empty or changing file.
Result<ByteString> make_torrent(const std::filesystem::path& file, const HashProgress& progress = {});

}  // namespace waybill::transfer
