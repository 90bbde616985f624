#include "tracker/api/torrent_facts.h"

#include <bit>

#include "common/crypto/digest.h"
#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"

namespace waybill::tracker {

namespace {

using protocol::Dictionary;
using protocol::FieldReader;
using protocol::Value;

constexpr std::size_t kHashBytes = 32;

// BEP 52: "file tree" is {NAME: {"": {"length": n, "pieces root": 32 bytes}}} for a single file.
struct OneFile {
  std::string name;
  const Value* attributes = nullptr;
};
Result<OneFile> single_file(const Value* tree) {
  const auto* files = tree ? std::get_if<Dictionary>(tree) : nullptr;
  if (!files || files->size() != 1) return refuse("torrent: it must hold exactly one file");
  const auto& [name, node] = *files->begin();
  const auto* entry = std::get_if<Dictionary>(&node);
  const auto leaf = entry ? entry->find("") : Dictionary::const_iterator{};
  if (!entry || entry->size() != 1 || leaf == entry->end()) return refuse("torrent: it must hold exactly one file");
  return OneFile{name, &leaf->second};
}

// A file longer than one piece has a layer of one hash a piece, under its root.
Status check_piece_layer(const Value* layers, const ByteString& root, std::int64_t pieces) {
  const auto* by_root = layers ? std::get_if<Dictionary>(layers) : nullptr;
  if (!by_root) return refuse("torrent: it has no piece layers");
  if (pieces == 1) return {};
  const auto layer = by_root->find(root);
  const auto* hashes = layer == by_root->end() ? nullptr : std::get_if<ByteString>(&layer->second);
  if (!hashes || hashes->size() != static_cast<std::size_t>(pieces) * kHashBytes) {
    return refuse("torrent: its piece layer does not have one hash for each piece");
  }
  return {};
}

}  // namespace

Result<TorrentFacts> read_torrent_facts(ByteView torrent) {
  const auto decoded = protocol::decode(torrent, protocol::kMaxTorrentBytes);
  if (!decoded) return pass_on(decoded.error(), "torrent");
  FieldReader outer(*decoded, "torrent");
  const Value* info_value = outer.optional("info");
  if (!info_value || !std::holds_alternative<Dictionary>(*info_value))
    return refuse("torrent: it has no info dictionary");
  FieldReader info(*info_value, "torrent info");
  info.integer("meta version", 2, 2);
  info.integer("private", 1, 1);
  if (info.optional("pieces")) return refuse("torrent: it is a hybrid; only v2-only torrents are served");
  const auto file = single_file(info.optional("file tree"));
  if (!file) return pass_on(Error(file.error()), "torrent");
  FieldReader attributes(*file->attributes, "torrent file");

  TorrentFacts facts;
  facts.name = file->name;
  facts.size = {attributes.integer("length", 1, protocol::kMaxContentBytes)};
  facts.piece_length = {info.integer("piece length", static_cast<std::int64_t>(protocol::kBlockBytes), 1 << 28)};
  const auto root = attributes.bytes("pieces root", kHashBytes);
  if (const auto status = info.finish(); !status) return tl::make_unexpected(status.error());
  if (const auto status = attributes.finish(); !status) return tl::make_unexpected(status.error());
  if (!std::has_single_bit(static_cast<std::uint64_t>(facts.piece_length.value))) {
    return refuse("torrent info: the piece length is no power of two");
  }
  facts.pieces = (facts.size.value + facts.piece_length.value - 1) / facts.piece_length.value;
  if (facts.pieces > protocol::kMaxPieces) return refuse("torrent info: it has too many pieces");
  if (const auto status = check_piece_layer(outer.optional("piece layers"), root, facts.pieces); !status) {
    return tl::make_unexpected(status.error());
  }
  // The encoding is canonical, so encoding the value again gives the bytes that were received.
  auto id = ContentId::from_bytes(crypto::sha256(protocol::encode(*info_value)));
  if (!id) return pass_on(id);
  facts.content = *id;
  return facts;
}

}  // namespace waybill::tracker
