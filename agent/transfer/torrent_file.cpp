#include "agent/transfer/torrent_file.h"

#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/torrent_info.hpp>

#include "agent/transfer/content_file.h"
#include "agent/transfer/torrent_file_libtorrent.h"
#include "common/protocol/limits.h"

namespace waybill::transfer {

namespace {

constexpr std::int64_t kBlock = protocol::kBlockBytes;

Status check_info(const lt::torrent_info& info) {
  if (info.info_hashes().has_v1() || !info.info_hashes().has_v2()) {
    return refuse("the torrent is not a v2-only one (BEP 52): publish the file with waybill-agent publish");
  }
  if (!info.priv()) return refuse("the torrent does not set the private flag (BEP 27)");
  if (info.num_files() != 1) return refuse("the torrent holds more than one file");
  if (info.total_size() <= 0 || info.total_size() > protocol::kMaxContentBytes) {
    return refuse("the torrent's size is not between 1 byte and 16 TiB");
  }
  if (info.num_pieces() > protocol::kMaxPieces) return refuse("the torrent has too many pieces");
  const auto name = info.files().file_name(lt::file_index_t{0}).to_string();
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    return refuse("the torrent's file name is not a plain one");
  }
  const bool layered = info.total_size() <= info.piece_length() || !info.piece_layer(lt::file_index_t{0}).empty();
  if (!layered) return refuse("the torrent lacks its piece layers: its pieces cannot be checked");
  return {};
}

// From 64 KiB, doubling until there are at most 4096 pieces, but never beyond 1 MiB while the 32 MiB window of
// unacknowledged bytes should still hold dozens of pieces; beyond 4 GiB the number of pieces counts for more.
int piece_length_for(std::int64_t size) {
  std::int64_t length = 64 * 1024;
  while (size / length > 4096 && length < (std::int64_t{1} << 20)) length *= 2;
  while (size / length > 65536 && length < (std::int64_t{4} << 20)) length *= 2;
  return static_cast<int>(length);
}

// The SHA-256 tree of one piece (BEP 52): leaves are 16 KiB blocks. A piece of a file longer than one piece is padded
// with zero leaves to the full piece; a file of one piece to the next power of two.
lt::sha256_hash piece_root(ByteView data, std::int64_t piece_length, bool only_piece) {
  std::vector<lt::sha256_hash> layer;
  for (std::size_t at = 0; at < data.size(); at += static_cast<std::size_t>(kBlock)) {
    const auto block = data.substr(at, static_cast<std::size_t>(kBlock));
    layer.push_back(lt::hasher256(block.data(), static_cast<int>(block.size())).final());
  }
  std::size_t leaves = 1;
  const auto wanted = only_piece ? layer.size() : static_cast<std::size_t>(piece_length / kBlock);
  while (leaves < wanted) leaves *= 2;
  layer.resize(leaves);
  while (layer.size() > 1) {
    for (std::size_t i = 0; i < layer.size() / 2; ++i) {
      lt::hasher256 pair;
      pair.update(layer[2 * i]);
      pair.update(layer[2 * i + 1]);
      layer[i] = pair.final();
    }
    layer.resize(layer.size() / 2);
  }
  return layer.front();
}

Status hash_pieces(lt::create_torrent& torrent, const std::filesystem::path& file, const FileStamp& stamp,
                   const HashProgress& progress) {
  auto reader = FileReader::open(file);
  if (!reader) return pass_on(reader);
  const std::int64_t piece_length = torrent.piece_length();
  ByteString data;
  std::int64_t done = 0;
  for (int piece = 0; done < stamp.size; ++piece) {
    const auto length = std::min(piece_length, stamp.size - done);
    if (auto read = reader->read(done, length, data); !read) return read;
    torrent.set_hash2(lt::file_index_t{0}, lt::piece_index_t::diff_type{piece},
                      piece_root(data, piece_length, stamp.size <= piece_length));
    done += length;
    if (progress && !progress(ByteCount{done}, ByteCount{stamp.size})) return fail("hashing was stopped");
  }
  return {};
}

}  // namespace

lt::load_torrent_limits torrent_limits() {
  lt::load_torrent_limits limits;
  limits.max_buffer_size = static_cast<int>(protocol::kMaxTorrentBytes);
  limits.max_pieces = static_cast<int>(protocol::kMaxPieces);
  limits.max_decode_tokens = 3'000'000;
  limits.max_decode_depth = protocol::kMaxBencodeDepth;
  return limits;
}

Result<std::shared_ptr<lt::torrent_info>> parse_torrent(ByteView torrent) {
  if (torrent.size() > protocol::kMaxTorrentBytes) return refuse("the torrent is larger than 32 MiB");
  try {
    const lt::span<const char> bytes{torrent.data(), static_cast<std::ptrdiff_t>(torrent.size())};
    auto info = std::make_shared<lt::torrent_info>(bytes, torrent_limits(), lt::from_span);
    // libtorrent 2.0.8 pads a v2 file to whole pieces, and would then ask for, and pay for, zeros after the last byte.
    // The info is ours alone and not const, and without padding is how libtorrent itself treats older hybrids.
    const_cast<lt::file_storage&>(info->files()).remove_tail_padding();
    if (auto status = check_info(*info); !status) return pass_on(status);
    return info;
  } catch (const std::exception& error) {
    return refuse(std::string("the torrent cannot be read: ") + error.what());
  }
}

TorrentFacts facts_of(const lt::torrent_info& info) {
  TorrentFacts facts;
  const auto hash = info.info_hashes().v2;
  facts.content = ContentId::from_bytes({hash.data(), static_cast<std::size_t>(hash.size())}).value();
  facts.name = info.files().file_name(lt::file_index_t{0}).to_string();
  facts.size = ByteCount{info.total_size()};
  facts.piece_length = ByteCount{info.piece_length()};
  facts.pieces = info.num_pieces();
  return facts;
}

Result<TorrentFacts> read_torrent(ByteView torrent) {
  auto info = parse_torrent(torrent);
  if (!info) return pass_on(info);
  return facts_of(**info);
}

Result<ByteString> make_torrent(const std::filesystem::path& file, const HashProgress& progress) {
  const auto before = stamp_of(file);
  if (!before) return tl::make_unexpected(before.error());
  if (before->size == 0) return refuse(file.string() + " is empty: there is nothing to publish");
  if (before->size > protocol::kMaxContentBytes) return refuse(file.string() + " is larger than 16 TiB");
  try {
    lt::file_storage files;
    files.add_file(file.filename().string(), before->size);
    lt::create_torrent torrent(files, piece_length_for(before->size), lt::create_torrent::v2_only);
    torrent.set_priv(true);
    torrent.set_creation_date(0);
    if (auto hashed = hash_pieces(torrent, file, *before, progress); !hashed) return pass_on(hashed);
    const auto after = stamp_of(file);
    if (!after || *after != *before) return fail(file.string() + " changed while it was read: publish it again");
    ByteString bytes;
    lt::bencode(std::back_inserter(bytes), torrent.generate());
    if (bytes.size() > protocol::kMaxTorrentBytes) return refuse(file.string() + " makes too large a torrent");
    return bytes;
  } catch (const std::exception& error) {
    return fail("cannot make a torrent of " + file.string() + ": " + error.what());
  }
}

}  // namespace waybill::transfer
