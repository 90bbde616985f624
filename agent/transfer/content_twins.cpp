// The v1 twins of contents: the same file on the disk as a second torrent of libtorrent's, offered while the content is
// complete, and only to stock clients that an order names.
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/torrent_flags.hpp>

#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/stock_channel_libtorrent.h"
#include "agent/transfer/torrent_file_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "common/runtime/log.h"

namespace waybill::transfer {

namespace {

const lt::file_index_t kOnlyFile{0};

class TwinWatch final : public lt::torrent_plugin {
 public:
  TwinWatch(TransferCore& core, std::shared_ptr<Content> content) : core_(core), content_(std::move(content)) {}
  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle& peer) override {
    return std::make_shared<StockChannel>(core_, content_, peer);
  }

 private:
  TransferCore& core_;
  const std::shared_ptr<Content> content_;
};

}  // namespace

void ContentShelf::add_twin(const ContentId& id, const ByteString& twin) {
  const auto content = find(id);
  if (!content || content->twin) return;
  auto info = parse_twin(twin, content->facts);
  if (!info) return WAYBILL_WARN("transfer", "content={} has no twin: {}", id.brief(), info.error().message);
  content->twin = std::move(*info);
  start_twin(*content);
}

// The content's pieces have passed their SHA-256; in seed mode libtorrent also compares each with the twin's SHA-1
// before it first sends it.
void ContentShelf::start_twin(Content& content) {
  if (!content.twin || content.twin_handle.is_valid() || content.phase != ContentState::Phase::complete) return;
  lt::add_torrent_params params;
  params.ti = std::make_shared<lt::torrent_info>(*content.twin);
  params.save_path = content.path.parent_path().string();
  params.renamed_files[kOnlyFile] = content.path.filename().string();
  params.flags = lt::torrent_flags::seed_mode | lt::torrent_flags::upload_mode | lt::torrent_flags::disable_dht |
                 lt::torrent_flags::disable_lsd | lt::torrent_flags::disable_pex |
                 lt::torrent_flags::override_trackers | lt::torrent_flags::override_web_seeds;
  params.extensions.push_back([this, &content](const lt::torrent_handle&, lt::client_data_t) {
    return std::make_shared<TwinWatch>(core_, contents_.at(content.id()));
  });
  try {
    content.twin_handle = core_.session().add_torrent(std::move(params));
    WAYBILL_INFO("transfer", "twin offered content={}", content.id().brief());
  } catch (const std::exception& error) {
    WAYBILL_WARN("transfer", "content={} is not offered to stock clients: {}", content.id().brief(), error.what());
  }
}

void ContentShelf::stop_twin(Content& content) {
  const auto channels = content.stock_channels;
  for (auto* channel : channels) channel->close("the content is not offered any more");
  if (content.twin_handle.is_valid()) core_.session().remove_torrent(content.twin_handle);
  content.twin_handle = {};
}

// A twin whose pieces differ from its hashes leaves seed mode and fails: the content itself is good and stays.
bool ContentShelf::on_twin_alert(const lt::torrent_alert& alert) {
  for (const auto& [id, content] : contents_) {
    if (!content->twin_handle.is_valid() || content->twin_handle != alert.handle) continue;
    const bool bad = alert.type() == lt::file_error_alert::alert_type ||
                     alert.type() == lt::torrent_error_alert::alert_type ||
                     alert.type() == lt::hash_failed_alert::alert_type;
    if (bad) {
      WAYBILL_WARN("transfer", "content={} is not offered to stock clients: {}", id.brief(), alert.message());
      stop_twin(*content);
    }
    return true;
  }
  return false;
}

}  // namespace waybill::transfer
