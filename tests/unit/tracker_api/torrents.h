#pragma once
// Torrents made by hand, with anything about them wrong on purpose.
#include <functional>

#include "common/crypto/digest.h"
#include "common/protocol/bencode.h"
#include "common/types/byte_string.h"

namespace waybill::tracker::test {

struct TorrentPlan {
  std::string name = "film.mp4";
  std::int64_t length = 5 << 20;
  std::int64_t piece_length = 1 << 20;
  std::int64_t hashes = 5;  // in the piece layer
  std::function<void(protocol::Dictionary& info)> spoil_info = [](protocol::Dictionary&) {};
  std::function<void(protocol::Dictionary& torrent)> spoil = [](protocol::Dictionary&) {};
};

// A private v2-only torrent of one file (BEP 52).
inline ByteString make_torrent(const TorrentPlan& plan = {}) {
  using protocol::Dictionary;
  const auto root = crypto::sha256("root of " + plan.name);
  const Dictionary leaf{{"length", plan.length}, {"pieces root", root}};
  Dictionary info{{"file tree", Dictionary{{plan.name, Dictionary{{"", leaf}}}}},
                  {"meta version", 2},
                  {"name", plan.name},
                  {"piece length", plan.piece_length},
                  {"private", 1}};
  plan.spoil_info(info);
  Dictionary layers;
  if (plan.hashes > 1) layers.emplace(root, ByteString(static_cast<std::size_t>(plan.hashes) * 32, 'h'));
  Dictionary torrent{{"info", info}, {"piece layers", layers}};
  plan.spoil(torrent);
  return protocol::encode(torrent);
}

}  // namespace waybill::tracker::test
