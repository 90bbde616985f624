#pragma once
// What stock clients are told (BEP 3, 7, 23, 48): canonical bencode.
#include <vector>

#include "common/types/ip.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

// How often a client is asked to announce, and at most. Its request ends when it is silent for some intervals
// (CoordinatorOptions::stock_silence).
inline constexpr DurationMs kAnnounceInterval = seconds(120);
inline constexpr DurationMs kMinAnnounceInterval = seconds(30);
// Where nobody may serve it at the moment.
inline constexpr DurationMs kAskAgainInterval = seconds(30);

struct AnnounceAnswer {
  std::vector<Endpoint> sources;  // exactly those that were ordered
  DurationMs interval = kAnnounceInterval;
  std::int64_t complete = 0;  // holders that are online
  std::int64_t incomplete = 0;
  bool compact = true;
};
ByteString encode_answer(const AnnounceAnswer& answer);

ByteString encode_failure(const std::string& reason);

struct ScrapedContent {
  TwinHash twin;
  std::int64_t complete = 0;
  std::int64_t downloaded = 0;  // completed since the tracker's start
  std::int64_t incomplete = 0;
};
ByteString encode_scrape(const std::vector<ScrapedContent>& contents);

}  // namespace waybill::tracker
