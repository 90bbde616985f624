#include "tracker/coordinator/cdn_share.h"

#include <algorithm>

namespace waybill::tracker {
namespace {

constexpr DurationMs kOpenFor = seconds(3);
constexpr DurationMs kTrialFor = seconds(5);  // a changed limit needs a second or two to show
constexpr DurationMs kSharingFor = seconds(30);
constexpr DurationMs kBetweenChanges = seconds(3);
constexpr DurationMs kLongestPause = seconds(80);
constexpr int kSlowReports = 2;
constexpr std::int64_t kLeastLimit = 64 * 1024;  // bytes per second: keeps the connection and its order in use

std::int64_t floor_of(std::int64_t pace) { return std::max(kLeastLimit, pace / 16); }

CdnShare enter(CdnShare share, CdnPhase phase, std::int64_t limit, TimeMs now) {
  share.phase = phase;
  share.since = now;
  share.limit = {limit};
  share.last_change = now;
  share.slow_reports = 0;
  share.cdn_rate = share.peer_rate = 0;  // each phase is judged by its own reports
  return share;
}

CdnShare reopen_after_failure(CdnShare share, TimeMs now) {
  share.no_trial_before = now + share.pause;
  share.pause = std::min(DurationMs{share.pause.value * 2}, kLongestPause);
  return enter(share, CdnPhase::open, 0, now);
}

// Two reports in a row below nine tenths of the pace on average, or below six tenths as they are: that is how peers
// look that leave, and the average would learn of it too late.
bool too_slow(CdnShare& share, std::int64_t total, std::int64_t pace) {
  const bool slow = total * 10 < pace * 6 || (share.cdn_rate + share.peer_rate) * 10 < pace * 9;
  share.slow_reports = slow ? share.slow_reports + 1 : 0;
  return share.slow_reports >= kSlowReports;
}

CdnShare step_open(CdnShare share, TimeMs now) {
  if (now - share.since < kOpenFor || now < share.no_trial_before) return share;
  if (share.cdn_rate <= kLeastLimit || share.peer_rate * 3 < share.cdn_rate) return share;
  share.cdn_before = share.cdn_rate;
  share.peers_before = share.peer_rate;
  return enter(share, CdnPhase::trial, std::max(floor_of(share.cdn_rate), share.cdn_rate - share.peer_rate), now);
}

CdnShare step_trial(CdnShare share, TimeMs now) {
  if (now - share.since < kTrialFor) return share;
  const auto lowered = share.cdn_before - share.cdn_rate;
  const auto gained = std::max<std::int64_t>(0, share.peer_rate - share.peers_before);
  share.pace = share.cdn_before;
  const auto peers = share.peer_rate;
  // A limit that changes nothing (the CDN was lowered by less than a tenth) tells nothing about a bottleneck.
  if (lowered * 10 > share.cdn_before) {
    // Twice the proportion: peers that fill half of the gap may have reached their own limits. In doubt for the
    // receiver.
    const auto shared = std::min(1.0, 2.0 * static_cast<double>(gained) / static_cast<double>(lowered));
    share.pace += static_cast<std::int64_t>(shared * static_cast<double>(share.peers_before));
  }
  return enter(share, CdnPhase::sharing, std::max(floor_of(share.pace), share.pace - peers), now);
}

CdnShare step_sharing(CdnShare share, TimeMs now) {
  if (now - share.since >= kSharingFor) {
    share.pause = seconds(10);  // it went well
    return enter(share, CdnPhase::open, 0, now);
  }
  const auto wanted = std::max(floor_of(share.pace), share.pace - share.peer_rate);
  const auto difference = wanted > share.limit.value ? wanted - share.limit.value : share.limit.value - wanted;
  if (difference * 4 > share.limit.value && now - share.last_change >= kBetweenChanges) {
    share.limit = {wanted};
    share.last_change = now;
  }
  return share;
}

}  // namespace

CdnShare begin_cdn_share(TimeMs started) {
  CdnShare share;
  share.since = started;
  share.last_change = started;
  return share;
}

CdnShare step_cdn_share(CdnShare share, ByteRate cdn, ByteRate peers, TimeMs now) {
  // Half of each report: a mean over about two seconds, which a single burst does not turn over.
  share.cdn_rate = share.cdn_rate == 0 ? cdn.value : (share.cdn_rate + cdn.value) / 2;
  share.peer_rate = share.peer_rate == 0 ? peers.value : (share.peer_rate + peers.value) / 2;
  if (share.phase == CdnPhase::open) return step_open(share, now);
  const auto pace = share.phase == CdnPhase::trial ? share.cdn_before : share.pace;
  if (too_slow(share, cdn.value + peers.value, pace)) return reopen_after_failure(share, now);
  return share.phase == CdnPhase::trial ? step_trial(share, now) : step_sharing(share, now);
}

}  // namespace waybill::tracker
