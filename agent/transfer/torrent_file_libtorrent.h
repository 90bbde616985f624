#pragma once
// The parsed torrent, for the files of this folder that hand it to libtorrent.
#include <memory>

#include <libtorrent/torrent_info.hpp>

#include "agent/transfer/torrent_file.h"

namespace waybill::transfer {

// As read_torrent, with what libtorrent needs.
Result<std::shared_ptr<lt::torrent_info>> parse_torrent(ByteView torrent);
TorrentFacts facts_of(const lt::torrent_info& info);

Result<std::shared_ptr<lt::torrent_info>> parse_twin(ByteView twin, const TorrentFacts& content);
lt::load_torrent_limits torrent_limits();

}  // namespace waybill::transfer
