#pragma once
// What the coordinator keeps of each request under way and of each order that lives.
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/cdn_share.h"
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

// Both ends are online and the receiver's request is under way for as long as the order is in the book.
struct LiveOrder {
  protocol::ServeOrder order;
  AgentIndex sender = 0;
  AgentIndex receiver = 0;
  bool on_net = false;
  bool cdn_node = false;
  ContentClass content_class = ContentClass::file;
  TimeMs issued{};
  TimeMs last_gain{};  // when the receiver last reported bytes coming in; at first when it was issued
  AckedBytes acked;    // as the receiver reports; at most the byte limit
  ByteRate rate;       // likewise
  std::shared_ptr<const PathToRecord> path;  // as its latest receipt measured it; null: not yet
  // A later order between the same two has taken its place; it is revoked at this instant, when the other is in use.
  std::optional<TimeMs> superseded_until;
};

struct DownloadKey {
  AgentIndex receiver = 0;
  ContentId content;
  bool operator==(const DownloadKey&) const = default;
};

// How fast a download is that others of its ISP carry a part of; bytes a second, averaged over some reports.
struct DownloadPace {
  std::int64_t cdn = 0;
  std::int64_t peers = 0;
  std::int64_t best_cdn = 0;  // the highest that `cdn` was
  int reports = 0;            // in a row that speak for a change of `unstriped`
  int times_unstriped = 0;
};

struct Download {
  DownloadKey key;
  std::int64_t pieces_held = 0;
  TimeMs started{};
  TimeMs last_report{};  // the Want counts as one
  TimeMs next_top_up{};
  std::vector<OrderId> orders;  // superseded ones included
  CdnShare share;
  DownloadPace pace;
  bool unstriped = false;  // may fetch every piece from beyond its ISP now, whoever else receives there
};

struct DownloadKeyHash {
  std::size_t operator()(const DownloadKey& key) const noexcept {
    return std::hash<ContentId>{}(key.content) ^ (std::size_t{key.receiver} * 0x9e3779b97f4a7c15ull);
  }
};
using Downloads = std::unordered_map<DownloadKey, Download, DownloadKeyHash>;
using OrderBook = std::unordered_map<OrderId, LiveOrder>;

}  // namespace waybill::tracker
