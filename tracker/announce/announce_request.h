#pragma once
// What a stock BitTorrent client asks over HTTP (BEP 3, 7, 23, 48), read from bytes of strangers.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "common/types/ip.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

enum class AnnounceFault : int {
  malformed,
  absurd_number,  // beyond any content, or no port
  forged_address,
  foreign_key,  // no subscriber in force has it
  unknown_content,
  too_often,
  too_many,  // addresses or contents of one subscriber
  refused,   // by the coordinator: removed content, an owner's choice
};
inline constexpr std::size_t kAnnounceFaults = 8;
std::string_view name_of(AnnounceFault fault);

struct AnnounceRefusal {
  AnnounceFault fault = AnnounceFault::malformed;
  std::string message;  // one line for the client's user
};
template <typename T>
using AnnounceResult = tl::expected<T, AnnounceRefusal>;

inline constexpr char kAnnouncePath[] = "/announce/";   // + key
inline constexpr char kScrapePath[] = "/scrape/";       // + key
inline constexpr char kSubscribedPath[] = "/torrent/";  // + key / content id .torrent
inline constexpr std::size_t kMaxAnnounceBytes = 4096;  // of a request's target
inline constexpr std::size_t kMaxScrapedContents = 64;
inline constexpr std::size_t kPeerIdBytes = 20;

// The path's part behind `prefix`, if it is one of these three.
bool is_announce_path(std::string_view path);

struct Announce {
  enum class Event { none, started, completed, stopped };
  TwinHash twin;
  ByteString peer_id;
  std::uint16_t port = 0;
  std::int64_t uploaded = 0;  // as the client says; nothing is billed by it
  std::int64_t downloaded = 0;
  std::int64_t left = 0;
  Event event = Event::none;
  bool compact = true;  // BEP 23; compact=0 is answered by a list
  int numwant = 50;     // at most 200
};
AnnounceResult<Announce> parse_announce(std::string_view query, const IpAddress& observed);

// The contents that are asked for; empty: all, which is refused, since a key says nothing of what there is.
AnnounceResult<std::vector<TwinHash>> parse_scrape(std::string_view query);

}  // namespace waybill::tracker
