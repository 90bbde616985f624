// The v1 twin of a content (declared in torrent_file.h): the same file in the same pieces, hashed by SHA-1 (BEP 3).
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/torrent_info.hpp>

#include "agent/transfer/content_file.h"
#include "agent/transfer/torrent_file.h"
#include "agent/transfer/torrent_file_libtorrent.h"
#include "common/protocol/limits.h"

namespace waybill::transfer {

namespace {

Status hash_pieces(lt::create_torrent& torrent, const std::filesystem::path& file, std::int64_t size,
                   const HashProgress& progress) {
  auto reader = FileReader::open(file);
  if (!reader) return pass_on(reader);
  ByteString data;
  std::int64_t done = 0;
  for (int piece = 0; done < size; ++piece) {
    const auto length = std::min<std::int64_t>(torrent.piece_length(), size - done);
    if (auto read = reader->read(done, length, data); !read) return read;
    torrent.set_hash(lt::piece_index_t{piece}, lt::hasher(data.data(), static_cast<int>(data.size())).final());
    done += length;
    if (progress && !progress(ByteCount{done}, ByteCount{size})) return fail("hashing was stopped");
  }
  return {};
}

Status compare(const lt::torrent_info& info, const TorrentFacts& content) {
  if (!info.info_hashes().has_v1() || info.info_hashes().has_v2()) return refuse("the twin is not a v1-only torrent");
  if (!info.priv()) return refuse("the twin does not set the private flag (BEP 27)");
  if (info.num_files() != 1 || info.files().file_name(lt::file_index_t{0}).to_string() != content.name) {
    return refuse("the twin is not of the content's one file");
  }
  if (info.total_size() != content.size.value || info.piece_length() != content.piece_length.value) {
    return refuse("the twin is not cut into the content's pieces");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<lt::torrent_info>> parse_twin(ByteView twin, const TorrentFacts& content) {
  if (twin.size() > protocol::kMaxTorrentBytes) return refuse("the twin is larger than 32 MiB");
  try {
    const lt::span<const char> bytes{twin.data(), static_cast<std::ptrdiff_t>(twin.size())};
    auto info = std::make_shared<lt::torrent_info>(bytes, torrent_limits(), lt::from_span);
    if (const auto same = compare(*info, content); !same) return tl::make_unexpected(same.error());
    return info;
  } catch (const std::exception& error) {
    return refuse(std::string("the twin cannot be read: ") + error.what());
  }
}

Status check_twin(ByteView twin, const TorrentFacts& content) {
  const auto info = parse_twin(twin, content);
  if (!info) return tl::make_unexpected(info.error());
  return {};
}

Result<ByteString> make_twin(const std::filesystem::path& file, ByteView torrent, const HashProgress& progress) {
  const auto content = read_torrent(torrent);
  if (!content) return tl::make_unexpected(content.error());
  const auto before = stamp_of(file);
  if (!before) return tl::make_unexpected(before.error());
  if (before->size != content->size.value) return refuse(file.string() + " is not the file that the torrent describes");
  try {
    lt::file_storage files;
    files.add_file(content->name, before->size);
    lt::create_torrent twin(files, static_cast<int>(content->piece_length.value), lt::create_torrent::v1_only);
    twin.set_priv(true);
    twin.set_creation_date(0);
    if (auto hashed = hash_pieces(twin, file, before->size, progress); !hashed) return pass_on(hashed);
    const auto after = stamp_of(file);
    if (!after || *after != *before) return fail(file.string() + " changed while it was read: publish it again");
    ByteString bytes;
    lt::bencode(std::back_inserter(bytes), twin.generate());
    if (bytes.size() > protocol::kMaxTorrentBytes) return refuse(file.string() + " makes too large a torrent");
    return bytes;
  } catch (const std::exception& error) {
    return fail("cannot make a v1 torrent of " + file.string() + ": " + error.what());
  }
}

}  // namespace waybill::transfer
