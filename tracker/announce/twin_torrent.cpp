#include "tracker/announce/twin_torrent.h"

#include "common/crypto/digest.h"
#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"

namespace waybill::tracker {

namespace {

using protocol::Dictionary;
using protocol::FieldReader;

constexpr std::int64_t kHashBytes = 20;

}  // namespace

Result<Twin> read_twin(ByteView torrent, const Content& content) {
  const auto decoded = protocol::decode(torrent, protocol::kMaxTorrentBytes);
  if (!decoded) return pass_on(decoded.error(), "twin");
  FieldReader outer(*decoded, "twin");
  const auto* info_value = outer.optional("info");
  if (!info_value || !std::holds_alternative<Dictionary>(*info_value)) return refuse("twin: no info dictionary");
  if (outer.optional("announce") || outer.optional("announce-list") || outer.optional("url-list")) {
    return refuse("twin: it names trackers or web seeds");
  }
  FieldReader info(*info_value, "twin info");
  info.integer("private", 1, 1);
  info.integer("length", content.size.value, content.size.value);
  info.integer("piece length", content.piece_length.value, content.piece_length.value);
  info.text("name", protocol::kMaxNameBytes * 4);
  const auto pieces = info.bytes("pieces", static_cast<std::size_t>(content.pieces * kHashBytes));
  if (static_cast<std::int64_t>(pieces.size()) != content.pieces * kHashBytes) {
    info.fault("it does not have one hash for each piece");
  }
  if (info.optional("meta version") || info.optional("file tree") || info.optional("files")) {
    info.fault("it is not a v1 torrent of one file");
  }
  if (const auto status = info.finish(); !status) return tl::make_unexpected(status.error());
  // The encoding is canonical, so encoding the value again gives the bytes that were received.
  auto hash = TwinHash::from_bytes(crypto::sha1(protocol::encode(*info_value)));
  if (!hash) return pass_on(hash);
  return Twin{content.id, *hash};
}

Result<ByteString> with_announce(ByteView torrent, const std::string& url, const std::vector<WebSeed>& web_seeds) {
  auto decoded = protocol::decode(torrent, protocol::kMaxTorrentBytes);
  if (!decoded) return pass_on(decoded.error(), "twin");
  auto* fields = std::get_if<Dictionary>(&*decoded);
  if (!fields) return refuse("twin: it is no dictionary");
  fields->insert_or_assign("announce", url);
  protocol::List urls;
  for (const auto& seed : web_seeds) urls.emplace_back(seed.url);
  if (!urls.empty()) fields->insert_or_assign("url-list", std::move(urls));
  return protocol::encode(*decoded);
}

}  // namespace waybill::tracker
