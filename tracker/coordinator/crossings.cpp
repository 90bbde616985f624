// The fewest crossings: which pieces each receiver may fetch from beyond its ISP, and what it may cost to do so.
#include <algorithm>

#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

using protocol::PieceRange;

namespace {

// Receivers that look around at once for one new holder: where few are, each counts.
constexpr std::size_t kMaxWoken = 64;
constexpr std::size_t kMaxIntroduced = 6;  // siblings that hold nothing yet: later ones are found by what they hold
constexpr int kTellingReports = 3;         // in a row, one a second
constexpr double kSmoothing = 0.3;         // of a rate, by each report
constexpr std::int64_t kEnoughTenths = 9;  // of what the CDN alone would give

std::int64_t smooth(std::int64_t before, std::int64_t now) {
  return before + static_cast<std::int64_t>(kSmoothing * static_cast<double>(now - before));
}

}  // namespace

// By the first tier of the agreement in force, at its dearer hours. What cannot be compared with the CDN's price, such
// as a percentile, is not dearer.
bool Coordinator::State::dearer_than_cdn(IspId sender_isp, bool to_stock_client) const {
  const auto& cdn = options.cdn_price;
  const auto* agreement = cdn ? grants.open_agreement(sender_isp) : nullptr;
  if (agreement == nullptr || agreement->tariff.currency != cdn->currency) return false;
  if (to_stock_client && agreement->tariff.unacknowledged) return agreement->tariff.unacknowledged->off_net > *cdn;
  if (agreement->tariff.kind != TariffKind::volume || agreement->tariff.tiers.empty()) return false;
  const auto& rates = agreement->tariff.tiers.front();
  return std::max(rates.off_net, rates.peak_off_net.value_or(rates.off_net)) > *cdn;
}

const BorderStripes* Coordinator::State::stripes_of(const Download& download) const {
  const auto found = stripes.find({download.key.content, swarm.agent(download.key.receiver).isp_slot});
  return found == stripes.end() ? nullptr : &found->second;
}

// A receiver with a share of its own must be able to give it to the others.
bool Coordinator::State::can_share(AgentIndex receiver, const Content& wanted) const {
  const auto& agent = swarm.agent(receiver);
  if (agent.is_cdn() || agent.stock || agent.isp_slot == 0 || agent.port == 0 || !agent.sharing.consented) return false;
  if (agent.sharing.upload_slots <= 0) return false;
  return swarm.spendable(agent.isp_slot) > 0 && grants.covers(agent.isp, wanted.content_class, wanted.owner);
}

void Coordinator::State::settle_share(const Download& download, Step& step) {
  const auto* wanted = content(download.key.content);
  const auto receiver = download.key.receiver;
  if (!wanted || wanted->pieces < 1) return;
  const StripesKey key{download.key.content, swarm.agent(receiver).isp_slot};
  const auto known = stripes.find(key);
  const bool another_isp = known == stripes.end();
  const bool shares = can_share(receiver, *wanted);
  if (shares == (!another_isp && known->second.has(receiver))) return;
  if (shares) {
    stripes.try_emplace(key, wanted->pieces).first->second.join(receiver);
  } else {
    known->second.leave(receiver);
  }
  restripe(key, another_isp, step);
}

// A receiver that is through keeps its share while it can give it to the others.
void Coordinator::State::leave_share(const DownloadKey& of, bool keeps_it, Step& step) {
  const StripesKey key{of.content, swarm.agent(of.receiver).isp_slot};
  const auto found = stripes.find(key);
  if (found == stripes.end()) return;
  const auto receivers = found->second.all();
  const bool others = std::any_of(receivers.begin(), receivers.end(), [&](AgentIndex each) {
    return each != of.receiver && downloads.contains({each, of.content});
  });
  if (!others) {
    stripes.erase(found);
    restripe(key, true, step);
  } else if (!keeps_it && found->second.has(of.receiver)) {
    found->second.leave(of.receiver);
    restripe(key, false, step);
  }
}

void Coordinator::State::new_holder(AgentIndex agent, const ContentId& id, Step& step) {
  const auto found = stripes.find({id, swarm.agent(agent).isp_slot});
  if (found == stripes.end() || found->second.receivers() > kMaxWoken) return;
  for (const auto receiver : found->second.all()) {
    const auto download = downloads.find({receiver, id});
    if (receiver != agent && download != downloads.end()) top_up(download->second, step);
  }
}

// They will have pieces for each other within moments. Connecting takes libtorrent up to a second: so it is not to
// begin only when the first piece has come.
void Coordinator::State::introduce_siblings(Download& download, Step& step) {
  const auto* shares = stripes_of(download);
  const auto receiver = download.key.receiver;
  // Under capacity policies each order is a promise of bytes: none is given before it can be of use.
  if (shares == nullptr || !shares->has(receiver) || !policies.empty()) return;
  auto siblings = shares->all();
  const auto own = std::find(siblings.begin(), siblings.end(), receiver);
  std::rotate(siblings.begin(), own, siblings.end());  // those who come after it, then those before: others have others
  if (siblings.size() > kMaxIntroduced + 1) siblings.resize(kMaxIntroduced + 1);
  for (const auto sibling : siblings) {
    const auto theirs = downloads.find({sibling, download.key.content});
    if (sibling == receiver || theirs == downloads.end()) continue;
    introduce(download, sibling, step);
    introduce(theirs->second, receiver, step);
  }
}

// By the same judgement as any source; grants and terms are issue()'s matter.
void Coordinator::State::introduce(Download& download, AgentIndex source, Step& step) {
  if (swarm.holding(source, download.key.content) || complete(download)) return;  // top_up() finds it, or nothing lacks
  SelectionRequest request;
  std::vector<AgentIndex> serving;
  for (const auto* live : sources_of(download)) {
    serving.push_back(live->sender);
    request.needs.peers_now += live->cdn_node ? 0 : 1;
  }
  if (request.needs.peers_now >= options.target_sources - 1) return;
  request.content = download.key.content;
  request.receiver = download.key.receiver;
  request.sources_now = serving;
  request.cool_downs = swarm.agent(download.key.receiver).cool_downs;
  request.now = step.now;
  const bool may_serve = judge_candidate(swarm, HolderEntry{source, 0, 1000}, request).fault == Verdict::chosen;
  if (may_serve) issue(download, source, std::nullopt, step);
}

void Coordinator::State::leave_all_shares(AgentIndex agent, Step& step) {
  std::vector<ContentId> held;
  for (const auto& holding : swarm.agent(agent).holdings) held.push_back(swarm.content_id(holding.content));
  for (const auto& id : held) leave_share({agent, id}, false, step);
}

// Each ISP that has receivers of the content and may serve the others' customers fetches one part of it from the CDN,
// and the rest from them.
StripePart Coordinator::State::cdn_part(const StripesKey& key) const {
  StripePart part;
  if (!options.cdn_price) return part;
  int number = 0;
  const auto own = key.second;
  for (auto at = stripes.lower_bound({key.first, 0}); at != stripes.end() && at->first.first == key.first; ++at) {
    const auto slot = at->first.second;
    if (slot != own && dearer_than_cdn(swarm.isp_of(slot), false)) continue;
    if (slot == own) part.part = number;
    ++number;
  }
  part.parts = std::max(1, number);
  return part;
}

std::vector<PieceRange> Coordinator::State::ranges_for(const Download& download, AgentIndex source) const {
  const auto pieces = content(download.key.content)->pieces;
  const auto& sender = swarm.agent(source);
  const auto& receiver = swarm.agent(download.key.receiver);
  const bool on_net = !sender.is_cdn() && sender.isp_slot == receiver.isp_slot;
  if (on_net || !striped(download)) return all_pieces(pieces);
  const auto* shares = stripes_of(download);
  auto part = cdn_part({download.key.content, receiver.isp_slot});
  if (!sender.is_cdn()) {
    if (part.parts == 1) return shares->ranges_of(download.key.receiver, {});
    part.others = true;
  }
  return shares->ranges_of(download.key.receiver, part);
}

void Coordinator::State::restripe(const StripesKey& key, bool isps_changed, Step& step) {
  const bool everywhere = isps_changed && options.cdn_price;  // the ISPs' parts are others now
  for (auto at = stripes.lower_bound({key.first, 0}); at != stripes.end() && at->first.first == key.first; ++at) {
    if (at->first != key && !everywhere) continue;
    for (const auto receiver : at->second.all()) {
      const auto download = downloads.find({receiver, key.first});
      if (download != downloads.end()) keep_ranges(download->second, step);
    }
  }
}

// Replaces what comes from beyond the ISP by orders for other pieces, where they are others.
void Coordinator::State::keep_ranges(Download& download, Step& step) {
  if (complete(download)) return;
  const auto ids = download.orders;
  for (const auto& id : ids) {
    const auto found = orders.find(id);
    if (found == orders.end() || found->second.superseded_until || found->second.on_net) continue;
    const auto sender = found->second.sender;
    const auto ranges = ranges_for(download, sender);
    if (ranges == found->second.order.ranges) continue;
    if (ranges.empty()) {
      end_order(id, {protocol::Refusal::request_ended, "others fetch all pieces from there"}, step);
    } else {
      issue(download, sender, id, step);
    }
  }
}

bool Coordinator::State::shares_content(const Download& download) const {
  const auto* shares = stripes_of(download);
  return shares != nullptr && shares->receivers() > 1 && shares->has(download.key.receiver);
}

bool Coordinator::State::striped(const Download& download) const {
  return !download.unstriped && shares_content(download);
}

// What the CDN would give this receiver if everybody fetched all of it there: it gave the receiver more while it had
// few others, so never more than an even part of what the nodes have shown they can send. 0: no node has shown
// anything.
std::int64_t Coordinator::State::even_part_of_cdn(const Download& download) const {
  std::int64_t part = 0;
  for (const auto* live : sources_of(download)) {
    if (!live->cdn_node) continue;
    const auto& node = swarm.agent(live->sender);
    part += node.best_upload_rate.value /
            std::max<std::int64_t>(1, static_cast<std::int64_t>(node.orders_as_sender.size()));
  }
  return part;
}

// Promise 4: a receiver that waits for others' pieces, while the CDN alone would be faster, gets them from the CDN,
// until the others alone are as fast again. What has had nothing yet from the CDN would have no more of it without a
// share.
void Coordinator::State::watch_pace(Download& download, ByteRate cdn, ByteRate peers, Step& step) {
  auto& pace = download.pace;
  pace.cdn = smooth(pace.cdn, cdn.value);
  pace.peers = smooth(pace.peers, peers.value);
  pace.best_cdn = std::max(pace.best_cdn, pace.cdn);
  const auto even_part = even_part_of_cdn(download);
  const auto cdn_alone = even_part > 0 ? std::min(pace.best_cdn, even_part) : pace.best_cdn;
  const bool nothing = cdn.value + peers.value == 0;
  const bool slow = cdn_alone > 0 && (nothing || (pace.cdn + pace.peers) * 10 < cdn_alone * kEnoughTenths);
  const bool change = download.unstriped ? pace.peers > cdn_alone : slow;
  pace.reports = change ? pace.reports + 1 : 0;
  if (pace.reports < kTellingReports * (download.unstriped ? 1 + pace.times_unstriped : 1)) return;
  pace.reports = 0;
  download.unstriped = !download.unstriped;
  pace.times_unstriped += download.unstriped ? 1 : 0;
  const auto said = download.unstriped ? "others of its ISP are slower than the CDN: it may fetch all of it there"
                                       : "others of its ISP are faster than the CDN again: it fetches its part there";
  step.out.push_back(LogLine{false, "agent " + swarm.agent(download.key.receiver).key.brief() + " content " +
                                        download.key.content.brief() + ": " + said});
  keep_ranges(download, step);
  download.next_top_up = step.now;
}

}  // namespace waybill::tracker
