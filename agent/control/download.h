#pragma once
// One download as a value: what the tracker directed, what the engine told, and what a person sees of both.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/library/library_store.h"
#include "agent/transfer/transfer_events.h"
#include "common/protocol/control_messages.h"
#include "common/protocol/order.h"

namespace waybill::control {

struct DownloadSource {
  AgentKey sender;
  Endpoint address;
  bool cdn_node = false;
  bool on_net = false;
  std::string isp;
  AckedBytes acked;
  ByteRate rate;
  bool connected = false;
  bool live = true;  // the order may still bring something
};

struct Download {
  ContentId content;
  TimeMs began{};  // in this life of the agent
  transfer::ContentState state;
  ByteCount piece_length;
  std::int64_t held_before = -1;  // bytes that were here when the first source was named; -1: not known yet
  ByteRate rate;
  std::map<OrderId, DownloadSource> sources;  // of this life, ended ones included
  std::string note;                           // why nothing moves, in the tracker's words
};

// What a person, the daemon's line or a report sees.
struct DownloadView {
  ContentId content;
  std::string phase;  // "checking", "waiting", "downloading", "complete", "failed"
  std::filesystem::path path;
  std::int64_t bytes = 0, size = 0;
  ByteRate rate;
  int peers = 0, cdn_nodes = 0;  // connected sources
  std::int64_t bytes_from_peers = 0, bytes_from_cdn = 0, bytes_on_net = 0, held_before = 0;
  std::optional<std::int64_t> seconds_left;  // unknown while nothing moves
  std::int64_t milliseconds = 0;             // since it began
  std::string note;
  std::vector<DownloadSource> sources;  // one for each sender, bytes of all its orders together
};

void add_source(Download& download, const protocol::ServeOrder& order, const protocol::SourceOrder& source);
void take(Download& download, const transfer::ContentState& state);
void take(Download& download, const transfer::FetchProgress& progress);
void take(Download& download, const transfer::FetchEnded& ended);
// The message for the tracker, where the coordinator should hear of it: a source that refuses, cannot be reached, or
// sends bad data; not a connection that was lost, which the engine restores by itself.
std::optional<protocol::SourceFailed> take(Download& download, const transfer::SourceFailed& failed);
void take_revoked(Download& download, const OrderId& order);

protocol::Progress progress_message(const Download& download);
bool has_live_source(const Download& download);
DownloadView view_of(const Download& download, const std::filesystem::path& path, TimeMs now);

}  // namespace waybill::control
