#pragma once
// Reading and making the .torrent of a content: BEP 52 (v2 only), private (BEP 27), one file, no trackers; and its
// twin, a v1 torrent (BEP 3) of the same file in the same pieces, which stock BitTorrent clients open.
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

// The twin of the content that `torrent` describes, from its file. Blocks, like make_torrent.
Result<ByteString> make_twin(const std::filesystem::path& file, ByteView torrent, const HashProgress& progress = {});

// Refuses what is not a v1-only, private torrent of one file of the same name, size and pieces without trackers.
Status check_twin(ByteView twin, const TorrentFacts& content);

}  // namespace waybill::transfer
