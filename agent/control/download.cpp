#include "agent/control/download.h"

#include <algorithm>

#include "common/protocol/limits.h"

namespace waybill::control {

namespace {

using Phase = transfer::ContentState::Phase;

std::int64_t bytes_held(const Download& download) {
  // The last piece is shorter; only when all are held is it known to be among them.
  if (download.state.phase == Phase::complete) return download.state.size.value;
  return std::min(download.state.size.value, download.state.pieces_held * download.piece_length.value);
}

std::string phase_name(const Download& download) {
  switch (download.state.phase) {
    case Phase::checking:
      return "checking";
    case Phase::complete:
      return "complete";
    case Phase::failed:
      return "failed";
    case Phase::downloading:
      break;
  }
  return has_live_source(download) ? "downloading" : "waiting";
}

void end_source(DownloadSource& source) {
  source.live = false;
  source.connected = false;
  source.rate = {};
}

void add_by_sender(std::vector<DownloadSource>& merged, const DownloadSource& source) {
  const auto known = std::find_if(merged.begin(), merged.end(),
                                  [&](const DownloadSource& other) { return other.sender == source.sender; });
  if (known == merged.end()) {
    merged.push_back(source);
    return;
  }
  known->acked += source.acked;
  known->rate += source.rate;
  known->connected = known->connected || source.connected;
  known->live = known->live || source.live;
}

}  // namespace

void add_source(Download& download, const protocol::ServeOrder& order, const protocol::SourceOrder& source) {
  if (download.held_before < 0) download.held_before = bytes_held(download);
  auto& known = download.sources[order.id];
  known.sender = order.sender;
  known.address = source.source;
  known.cdn_node = source.cdn_node;
  known.on_net = source.on_net;
  known.isp = source.source_isp;
  known.live = true;
  download.note.clear();
}

void take(Download& download, const transfer::ContentState& state) { download.state = state; }

void take(Download& download, const transfer::FetchProgress& progress) {
  download.rate = progress.rate;
  download.state.pieces_held = std::max(download.state.pieces_held, progress.pieces_held);
  for (const auto& order : progress.orders) {
    const auto found = download.sources.find(order.order);
    if (found == download.sources.end()) continue;
    found->second.acked = std::max(found->second.acked, order.acked);
    found->second.rate = order.rate;
    found->second.connected = order.connected;
  }
}

void take(Download& download, const transfer::FetchEnded& ended) {
  const auto found = download.sources.find(ended.order);
  if (found == download.sources.end()) return;
  found->second.acked = std::max(found->second.acked, ended.acked);
  end_source(found->second);
}

std::optional<protocol::SourceFailed> take(Download& download, const transfer::SourceFailed& failed) {
  const auto found = download.sources.find(failed.order);
  if (failed.final && found != download.sources.end()) end_source(found->second);
  if (!failed.final && failed.fault == transfer::SourceFailed::Fault::lost) return std::nullopt;
  return protocol::SourceFailed{failed.order, failed.reason, failed.message};
}

void take_revoked(Download& download, const OrderId& order) {
  const auto found = download.sources.find(order);
  if (found != download.sources.end()) end_source(found->second);
}

protocol::Progress progress_message(const Download& download) {
  protocol::Progress message;
  message.content = download.content;
  message.pieces_held = download.state.pieces_held;
  for (const auto& [order, source] : download.sources) {
    if (!source.live) continue;
    if (message.orders.size() == protocol::kMaxOrdersPerMessage) break;
    message.orders.push_back({order, source.acked, source.rate, source.connected});
  }
  return message;
}

bool has_live_source(const Download& download) {
  return std::any_of(download.sources.begin(), download.sources.end(), [](const auto& s) { return s.second.live; });
}

DownloadView view_of(const Download& download, const std::filesystem::path& path, TimeMs now) {
  DownloadView view;
  view.content = download.content;
  view.phase = phase_name(download);
  view.path = path;
  view.bytes = bytes_held(download);
  view.size = download.state.size.value;
  view.rate = download.state.phase == Phase::downloading ? download.rate : ByteRate{};
  view.held_before = download.held_before < 0 ? view.bytes : download.held_before;
  view.milliseconds = std::max<std::int64_t>((now - download.began).value, 0);
  view.note = download.note;
  for (const auto& [order, source] : download.sources) {
    (source.cdn_node ? view.bytes_from_cdn : view.bytes_from_peers) += source.acked.value;
    if (source.on_net) view.bytes_on_net += source.acked.value;
    add_by_sender(view.sources, source);
  }
  for (const auto& source : view.sources) {
    if (source.connected) (source.cdn_node ? view.cdn_nodes : view.peers) += 1;
  }
  if (view.rate.value > 0) view.seconds_left = (view.size - view.bytes + view.rate.value - 1) / view.rate.value;
  return view;
}

}  // namespace waybill::control
