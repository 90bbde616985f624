#include "tracker/coordinator/candidate_sampling.h"

#include <algorithm>
#include <array>

namespace waybill::tracker {
namespace {

constexpr std::size_t kTakeWhole = 16;        // lists up to this length are not sampled
constexpr std::size_t kMaxDraws = 48;         // from one list
constexpr std::size_t kMaxBuckets = 64;       // open ISPs among which off-net peers are drawn
constexpr std::size_t kMaxBucketsSeen = 256;  // looked at to find them
constexpr std::size_t kMaxCdnWanted = 2;

// Draws entries of one request and never the same one twice.
class Sampler {
 public:
  Sampler(const SwarmState& swarm, const SelectionRequest& request, runtime::Random& random,
          std::vector<Candidate>& out)
      : swarm_(swarm), request_(request), random_(random), out_(out) {}

  // Returns how many of those taken can serve.
  std::size_t take(const std::vector<HolderEntry>& entries, std::size_t wanted) {
    // Some of those drawn may serve the receiver already.
    const auto draws = std::min(kMaxDraws, 2 * wanted + request_.sources_now.size());
    const auto before = out_.size();
    if (entries.size() <= std::max(kTakeWhole, draws)) {
      const auto start = entries.empty() ? 0 : random_.below(entries.size());
      for (std::size_t i = 0; i < entries.size(); ++i) add(entries[(start + i) % entries.size()], before);
    } else {
      std::array<HolderEntry, kMaxDraws> drawn;
      for (std::size_t i = 0; i < draws; ++i) {
        drawn[i] = entries[random_.below(entries.size())];
        __builtin_prefetch(&swarm_.facts(drawn[i].agent));  // the agents lie anywhere: their cache misses overlap
      }
      for (std::size_t i = 0; i < draws; ++i) add(drawn[i], before);
    }
    return static_cast<std::size_t>(std::count_if(out_.begin() + static_cast<std::ptrdiff_t>(before), out_.end(),
                                                  [](const Candidate& c) { return c.fault == Verdict::chosen; }));
  }

  // Peers at other ISPs whose grant is open: each as likely as any other, among at most kMaxBuckets ISPs.
  void take_off_net(const ContentHolders& content, IspSlot own, std::size_t wanted) {
    std::array<const IspBucket*, kMaxBuckets> open;
    std::size_t count = 0;
    std::size_t holders = 0;
    const auto seen = std::min(content.buckets.size(), kMaxBucketsSeen);
    const auto start = content.buckets.empty() ? 0 : random_.below(content.buckets.size());
    for (std::size_t i = 0; i < seen && count < kMaxBuckets; ++i) {
      const auto& bucket = content.buckets[(start + i) % content.buckets.size()];
      if (bucket.isp == own || swarm_.spendable(bucket.isp) < request_.min_bytes) continue;
      if (request_.grants && !request_.grants->covers(swarm_.isp_of(bucket.isp))) continue;
      if (request_.grants && !request_.grants->worth_off_net(swarm_.isp_of(bucket.isp))) continue;
      open[count++] = &bucket;
      holders += bucket.entries.size();
    }
    const auto draws = std::min(kMaxDraws, 2 * wanted + request_.sources_now.size());
    const auto before = out_.size();
    const bool whole = holders <= std::max(kTakeWhole, draws);
    for (std::size_t b = 0; b < count && whole; ++b) {
      for (const auto& entry : open[b]->entries) add(entry, before);
    }
    for (std::size_t i = 0; i < draws && !whole; ++i) {
      auto at = random_.below(holders);
      std::size_t b = 0;
      while (at >= open[b]->entries.size()) at -= open[b++]->entries.size();
      add(open[b]->entries[at], before);
    }
  }

 private:
  void add(const HolderEntry& entry, std::size_t first_of_list) {
    for (auto i = first_of_list; i < out_.size(); ++i) {
      if (out_[i].agent == entry.agent) return;
    }
    out_.push_back(judge_candidate(swarm_, entry, request_));
  }

  const SwarmState& swarm_;
  const SelectionRequest& request_;
  runtime::Random& random_;
  std::vector<Candidate>& out_;
};

bool cooling_down(const SwarmState& swarm, AgentIndex index, const SelectionRequest& request) {
  return std::any_of(request.cool_downs.begin(), request.cool_downs.end(), [&](const CoolDown& pause) {
    return pause.until > request.now && pause.content == request.content && pause.source == swarm.agent(index).key;
  });
}

// What keeps a peer from serving a stock client alone: its torrent is of the whole file, nobody tells it to wait for a
// call, and an ISP's uplink is used for what nobody signs for only where the ISP has a price for that.
Verdict find_stock_fault(const SwarmState& swarm, AgentIndex index, const SelectionRequest& request) {
  if (request.receiver == kNobody || !swarm.agent(request.receiver).stock) return Verdict::chosen;
  const auto& agent = swarm.agent(index);
  if (!agent.reachable()) return Verdict::unreachable;
  if (!request.grants || !request.grants->prices_unacknowledged(agent.isp)) return Verdict::unpriced;
  const auto* holding = swarm.holding(index, request.content);
  return holding != nullptr && holding->pieces_held == holding->pieces_total ? Verdict::chosen : Verdict::in_part;
}

Verdict find_fault(const SwarmState& swarm, AgentIndex index, const SelectionRequest& request) {
  const auto& facts = swarm.facts(index);
  if (index == request.receiver) return Verdict::is_receiver;
  if (std::find(request.sources_now.begin(), request.sources_now.end(), index) != request.sources_now.end()) {
    return Verdict::already_source;
  }
  if (!facts.consented) return Verdict::no_consent;
  if (!facts.connectable) return Verdict::unreachable;
  if (!facts.cdn_node) {
    // A CDN node is assumed to have both families: its operator sees to it.
    if (request.receiver != kNobody && facts.ipv4 != swarm.facts(request.receiver).ipv4) return Verdict::unreachable;
    if (facts.isp_slot == 0) return Verdict::isp_unknown;
    if (swarm.spendable(facts.isp_slot) < request.min_bytes) return Verdict::grant_closed;
    if (request.grants && !request.grants->covers(swarm.isp_of(facts.isp_slot))) return Verdict::grant_excludes;
    const bool on_net = request.receiver != kNobody && facts.isp_slot == swarm.facts(request.receiver).isp_slot;
    if (!on_net && request.grants && !request.grants->worth_off_net(swarm.isp_of(facts.isp_slot))) {
      return Verdict::dearer;
    }
    if (const auto fault = find_stock_fault(swarm, index, request); fault != Verdict::chosen) return fault;
    if (facts.at_upload_cap) return Verdict::upload_cap;
    if (!facts.slot_free) return Verdict::slots_full;
  }
  if (cooling_down(swarm, index, request)) return Verdict::cooling_down;
  if (request.policies && !request.policies->open(index, facts.cdn_node)) return Verdict::policy;
  return Verdict::chosen;
}

}  // namespace

Candidate judge_candidate(const SwarmState& swarm, const HolderEntry& entry, const SelectionRequest& request) {
  const auto& facts = swarm.facts(entry.agent);
  Candidate candidate;
  candidate.agent = entry.agent;
  candidate.cdn_node = facts.cdn_node;
  candidate.on_net =
      request.receiver != kNobody && facts.isp_slot != 0 && facts.isp_slot == swarm.facts(request.receiver).isp_slot;
  candidate.fault = find_fault(swarm, entry.agent, request);
  candidate.load = facts.load;
  candidate.missing_permille = entry.missing_permille;
  return candidate;
}

std::size_t select_sources(const SwarmState& swarm, const SelectionRequest& request, runtime::Random& random,
                           std::vector<Candidate>& out) {
  out.clear();
  const auto* content = swarm.holders(request.content);
  if (!content) return 0;
  Sampler sampler(swarm, request, random, out);
  const auto own = swarm.facts(request.receiver).isp_slot;
  const auto wanted = static_cast<std::size_t>(std::max(0, request.needs.peers));
  std::size_t usable = 0;
  if (const auto* bucket = content->bucket(own); bucket && wanted > 0) usable = sampler.take(bucket->entries, wanted);
  if (usable < wanted) sampler.take_off_net(*content, own, wanted - usable);
  sampler.take(content->cdn, kMaxCdnWanted);
  return choose_sources(out, request.needs);
}

}  // namespace waybill::tracker
