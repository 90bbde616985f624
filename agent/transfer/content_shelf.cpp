#include <algorithm>
#include <system_error>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_status.hpp>

#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "common/runtime/log.h"

namespace waybill::transfer {

using Phase = ContentState::Phase;

namespace {

constexpr char kPartSuffix[] = ".part";
const lt::file_index_t kOnlyFile{0};

// Tells the core of pieces, and puts a channel on every connection of the torrent.
class TorrentWatch final : public lt::torrent_plugin {
 public:
  TorrentWatch(TransferCore& core, std::shared_ptr<Content> content) : core_(core), content_(std::move(content)) {}

  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle& peer) override {
    return std::make_shared<PeerChannel>(core_, content_, peer);
  }
  void on_piece_pass(lt::piece_index_t piece) override {
    core_.shelf().piece_passed(*content_);
    core_.fetching().piece_passed(*content_, static_cast<int>(piece));
  }
  void on_piece_failed(lt::piece_index_t piece) override {
    core_.fetching().piece_failed(*content_, static_cast<int>(piece));
  }

 private:
  TransferCore& core_;
  const std::shared_ptr<Content> content_;
};

bool is_there(const std::filesystem::path& file) {
  std::error_code unreadable_is_absent;
  return std::filesystem::exists(file, unreadable_is_absent);
}

}  // namespace

Content::Content(TorrentFacts torrent_facts, std::shared_ptr<lt::torrent_info> torrent, std::filesystem::path file,
                 ContentMode wanted)
    : facts(std::move(torrent_facts)),
      geometry{facts.size, facts.piece_length},
      info(std::move(torrent)),
      path(std::move(file)),
      mode(wanted),
      ledger(geometry) {}

std::filesystem::path Content::file_on_disk() const {
  auto file = path;
  if (!in_place) file += kPartSuffix;
  return file;
}

std::vector<bool> Content::pieces() const {
  std::vector<bool> list(static_cast<std::size_t>(facts.pieces), phase == Phase::complete);
  if (phase == Phase::complete || !handle.is_valid()) return list;
  const auto status = handle.status(lt::torrent_handle::query_pieces);
  for (std::size_t i = 0; i < list.size() && i < static_cast<std::size_t>(status.pieces.size()); ++i) {
    list[i] = status.pieces[lt::piece_index_t{static_cast<int>(i)}];
  }
  return list;
}

std::shared_ptr<Content> ContentShelf::find(const ContentId& content) const {
  const auto at = contents_.find(content);
  return at == contents_.end() ? nullptr : at->second;
}

Content* ContentShelf::of(const lt::torrent_handle& handle) const {
  for (const auto& [id, content] : contents_) {
    if (content->handle == handle) return content.get();
  }
  return nullptr;
}

void ContentShelf::add(std::shared_ptr<Content> content) {
  if (const auto known = find(content->id())) {
    const bool again = known->path == content->path && known->phase != Phase::failed;
    if (again) return tell(*known);
    if (known->phase != Phase::failed) {
      ContentState state;
      state.content = content->id();
      state.phase = Phase::failed;
      state.pieces_total = content->facts.pieces;
      state.size = content->facts.size;
      state.message = "the content is held as " + known->path.string() + " already: use that file or remove it first";
      return core_.emit(std::move(state));
    }
    remove(content->id(), false);
  }
  contents_[content->id()] = content;
  start(*content);
}

// A file under its final name is only ever read. One that is not the content is somebody else's: it is left alone.
void ContentShelf::start(Content& content) {
  content.in_place = content.mode == ContentMode::seed || is_there(content.path);
  if (content.in_place) {
    const auto stamp = stamp_of(content.path);
    if (!stamp) return failed(content, stamp.error().message);
    if (stamp->size != content.facts.size.value) {
      return failed(content, content.path.string() + " is another file (its size differs): choose another name");
    }
    content.stamp = *stamp;
  } else {
    std::error_code error;
    std::filesystem::create_directories(content.path.parent_path(), error);
    if (error) return failed(content, "cannot create " + content.path.parent_path().string() + ": " + error.message());
  }
  content.phase = Phase::checking;
  tell(content);
  try {
    content.handle = core_.session().add_torrent(params_for(content));
  } catch (const std::exception& error) {
    failed(content, "cannot open " + content.file_on_disk().string() + ": " + error.what());
  }
}

lt::add_torrent_params ContentShelf::params_for(Content& content) {
  const auto file = content.file_on_disk();
  lt::add_torrent_params params;
  // A copy: libtorrent renames the file inside, and the content may be added again.
  params.ti = std::make_shared<lt::torrent_info>(*content.info);
  params.save_path = file.parent_path().string();
  params.renamed_files[kOnlyFile] = file.filename().string();
  // The whole file's room at once: a mapped file that runs out of disk later is a SIGBUS, not an error.
  params.storage_mode = lt::storage_mode_allocate;
  params.flags = lt::torrent_flags::disable_dht | lt::torrent_flags::disable_lsd | lt::torrent_flags::disable_pex |
                 lt::torrent_flags::override_trackers | lt::torrent_flags::override_web_seeds;
  if (content.sequential) params.flags |= lt::torrent_flags::sequential_download;
  params.extensions.push_back([this, &content](const lt::torrent_handle&, lt::client_data_t) {
    return std::make_shared<TorrentWatch>(core_, contents_.at(content.id()));
  });
  const auto record = read_record(core_.options().state_dir, content.id());
  const auto stamp = stamp_of(file);
  const bool good = record && stamp && record->file == file && record->stamp == *stamp &&
                    static_cast<std::int64_t>(record->pieces.size()) == content.facts.pieces;
  if (good) {
    params.have_pieces.resize(static_cast<int>(record->pieces.size()), false);
    for (std::size_t i = 0; i < record->pieces.size(); ++i) {
      if (record->pieces[i]) params.have_pieces.set_bit(lt::piece_index_t{static_cast<int>(i)});
    }
  }
  // A file in part is written from here on: only a clean stop can speak for it again.
  if (!content.in_place) drop_record(core_.options().state_dir, content.id());
  return params;
}

void ContentShelf::remove(const ContentId& id, bool delete_data) {
  const auto content = find(id);
  if (!content) return;
  content->removed = true;
  core_.fetching().content_gone(id);
  const auto channels = content->channels;
  for (auto* channel : channels) channel->close_after(DurationMs{0}, "the content was removed");
  stop_twin(*content);
  if (content->handle.is_valid()) core_.session().remove_torrent(content->handle);
  contents_.erase(id);
  if (!delete_data) return;
  drop_record(core_.options().state_dir, id);
  std::error_code absent_is_fine;
  std::filesystem::remove(content->file_on_disk(), absent_is_fine);
}

void ContentShelf::set_sequential(const ContentId& id, bool sequential) {
  const auto content = find(id);
  if (!content) return;
  content->sequential = sequential;
  if (!content->handle.is_valid()) return;
  if (sequential) {
    content->handle.set_flags(lt::torrent_flags::sequential_download);
  } else {
    content->handle.unset_flags(lt::torrent_flags::sequential_download);
  }
}

void ContentShelf::piece_passed(Content& content) {
  if (content.phase != Phase::downloading) return;
  ++content.held;
  content.untold = true;
  if (content.held == 1) tell(content);  // from now on others may be directed here: the sooner, the less idles
}

void ContentShelf::tell(Content& content) {
  ContentState state;
  state.content = content.id();
  state.phase = content.phase;
  state.pieces_held = content.held;
  state.pieces_total = content.facts.pieces;
  state.size = content.facts.size;
  state.message = content.message;
  content.told_at = core_.monotonic();
  content.untold = false;
  core_.emit(std::move(state));
}

void ContentShelf::tick(DurationMs monotonic) {
  for (const auto& [id, content] : contents_) {
    if (monotonic - content->told_at < kContentStateInterval) continue;
    if (content->phase == Phase::checking && content->handle.is_valid()) {
      const auto held = content->handle.status({}).num_pieces;
      content->untold = content->untold || held != content->held;
      content->held = held;
    }
    if (content->untold) tell(*content);
  }
}

}  // namespace waybill::transfer
