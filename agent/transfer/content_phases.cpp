// What libtorrent tells of a content's file, and what follows: checked, complete, failed, changed, remembered.
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_status.hpp>

#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "common/runtime/log.h"

namespace waybill::transfer {

using Phase = ContentState::Phase;

namespace {

const lt::file_index_t kOnlyFile{0};

std::string what_to_do(const lt::error_code& error) {
  if (error == boost::system::errc::no_space_on_device) return "make room on the disk and add the content again";
  if (error == boost::system::errc::permission_denied) return "give the agent access to it";
  return "look after the file and add the content again";
}

}  // namespace

void ContentShelf::on_alert(const lt::alert& alert) {
  const auto* about = dynamic_cast<const lt::torrent_alert*>(&alert);
  if (about == nullptr || on_twin_alert(*about)) return;
  auto* content = of(about->handle);
  if (content == nullptr) return;
  if (lt::alert_cast<lt::torrent_checked_alert>(&alert) != nullptr) return checked(*content);
  if (lt::alert_cast<lt::torrent_finished_alert>(&alert) != nullptr) return finished(*content);
  if (lt::alert_cast<lt::file_renamed_alert>(&alert) != nullptr) return completed(*content);
  if (const auto* renaming = lt::alert_cast<lt::file_rename_failed_alert>(&alert)) {
    return failed(*content,
                  "cannot give " + content->file_on_disk().string() + " its final name: " + renaming->error.message());
  }
  if (const auto* file = lt::alert_cast<lt::file_error_alert>(&alert)) {
    return failed(*content, "cannot use " + content->file_on_disk().string() + ": " + file->error.message() + "; " +
                                what_to_do(file->error));
  }
  if (const auto* torrent = lt::alert_cast<lt::torrent_error_alert>(&alert)) {
    return failed(*content, "cannot use " + content->file_on_disk().string() + ": " + torrent->error.message());
  }
}

void ContentShelf::checked(Content& content) {
  if (content.phase != Phase::checking) return;
  content.held = content.handle.status({}).num_pieces;
  const bool all = content.held == content.facts.pieces;
  if (content.in_place && !all) {
    return failed(content, content.path.string() +
                               " is not the content any more: " + std::to_string(content.facts.pieces - content.held) +
                               " of " + std::to_string(content.facts.pieces) + " pieces fail their hash check");
  }
  if (content.in_place) return completed(content);
  content.phase = Phase::downloading;
  content.message.clear();
  tell(content);
  if (all) return finished(content);
  core_.fetching().content_ready(content);
}

// Every piece has passed. The rename waits behind whatever is still being written.
void ContentShelf::finished(Content& content) {
  if (content.phase != Phase::downloading || content.in_place) return;
  content.handle.rename_file(kOnlyFile, content.path.filename().string());
}

void ContentShelf::completed(Content& content) {
  if (content.phase == Phase::complete || content.phase == Phase::failed) return;
  const bool fetched = !content.in_place;
  content.in_place = true;
  const auto stamp = stamp_of(content.path);
  if (!stamp) return failed(content, stamp.error().message);
  content.stamp = *stamp;
  content.held = content.facts.pieces;
  content.phase = Phase::complete;
  content.message.clear();
  tell(content);
  core_.fetching().content_complete(content);
  start_twin(content);
  const auto channels = content.channels;
  for (auto* channel : channels) channel->reconsider_service();
  // The record may only be written once the data is on the disk: off this thread.
  const FileRecord record{content.path, *stamp,
                          std::vector<bool>(static_cast<std::size_t>(content.facts.pieces), true)};
  const auto posted = core_.files().post([record, fetched, dir = core_.options().state_dir, id = content.id()] {
    auto status = fetched ? flush_file(record.file) : Status{};
    if (status) status = write_record(dir, id, record);
    if (!status)
      WAYBILL_WARN("transfer", "{} will be checked again at the next start: {}", record.file.string(),
                   status.error().message);
  });
  if (!posted) WAYBILL_WARN("transfer", "{} will be checked again at the next start", record.file.string());
}

void ContentShelf::failed(Content& content, std::string message) {
  if (content.phase == Phase::failed) return;
  content.phase = Phase::failed;
  content.message = std::move(message);
  const auto channels = content.channels;
  for (auto* channel : channels) channel->close_after(DurationMs{0}, content.message);
  stop_twin(content);
  if (content.handle.is_valid()) core_.session().remove_torrent(content.handle);
  content.handle = {};
  core_.fetching().content_gone(content.id());
  tell(content);
}

void ContentShelf::look_at_files() {
  std::vector<std::shared_ptr<Content>> changed;
  for (const auto& [id, content] : contents_) {
    if (content->phase != Phase::complete) continue;
    const auto stamp = stamp_of(content->path);
    if (!stamp || *stamp != content->stamp) changed.push_back(content);
  }
  for (const auto& content : changed) {
    const auto copy = std::make_shared<Content>(content->facts, content->info, content->path, ContentMode::seed);
    copy->twin = content->twin;
    copy->message = content->path.string() + " was changed by another program: checking it again";
    drop_record(core_.options().state_dir, content->id());
    remove(content->id(), false);
    contents_[copy->id()] = copy;
    start(*copy);
  }
}

void ContentShelf::take_stock() {
  stock_.clear();
  for (const auto& [id, content] : contents_) {
    if (content->phase != Phase::downloading) continue;
    stock_.push_back({id, {content->file_on_disk(), {}, content->pieces()}});
  }
}

void ContentShelf::write_records() {
  for (auto& [id, record] : stock_) {
    const auto stamp = stamp_of(record.file);
    if (!stamp) continue;
    record.stamp = *stamp;
    const auto status = write_record(core_.options().state_dir, id, record);
    if (!status) WAYBILL_WARN("transfer", "{} will be checked again: {}", record.file.string(), status.error().message);
  }
  stock_.clear();
}

}  // namespace waybill::transfer
