#pragma once
// How fast a CDN node should serve one download, so that the CDN is spared while the download keeps the pace that the
// CDN alone would give it (promise 4). Pure: one value of state for each download, stepped by every progress report.
//
//  open     The CDN serves without a limit, beside the peers.
//  trial    Once the peers carry a quarter of the rate, the CDN is lowered by what they carry, for a few seconds. If
//           the peers' rate rises by as much, the two share a bottleneck (the receiver's own line), and the CDN alone
//           would give the whole rate; if it stays, the CDN alone gives what it gave. Between the two: in (twice the)
//           proportion. That is the CDN's own pace.
//  sharing  The CDN gives what the peers leave of that pace. When the download falls below nine tenths of it, or when
//           the peers are gone, the CDN is open again at once, and the next trial waits, twice as long each time.
// A sharing download is opened every half minute: the CDN may have become faster.
#include <cstdint>

#include "common/types/units.h"

namespace waybill::tracker {

enum class CdnPhase : std::uint8_t { open, trial, sharing };

struct CdnShare {
  CdnPhase phase = CdnPhase::open;
  TimeMs since{};             // of the phase
  TimeMs last_change{};       // of the limit
  ByteRate limit;             // of all CDN nodes of the download together; 0: none
  std::int64_t cdn_rate = 0;  // bytes per second, averaged
  std::int64_t peer_rate = 0;
  std::int64_t cdn_before = 0;  // the trial's
  std::int64_t peers_before = 0;
  std::int64_t pace = 0;           // that the CDN alone would give
  int slow_reports = 0;            // in a row, too slow
  DurationMs pause = seconds(10);  // before the next trial, after one that ended badly
  TimeMs no_trial_before{};
};

// `started`: when the download began to have sources.
CdnShare begin_cdn_share(TimeMs started);
// Rates as the receiver reports them, over about a second.
CdnShare step_cdn_share(CdnShare share, ByteRate cdn, ByteRate peers, TimeMs now);

}  // namespace waybill::tracker
