#include "tracker/ledger/net_owed.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "tracker/agreements/exact_amount.h"

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;
using PairKey = std::tuple<std::string, std::string, Currency>;

Status check_sender(const OffNetSender& sender) {
  std::int64_t sum = 0;
  for (const auto& [to, bytes] : sender.to) {
    if (bytes.value < 0) return refuse(fmt::format("bytes of {} are below zero", sender.isp));
    const auto added = add_minor(sum, bytes.value);
    if (!added) return refuse(fmt::format("the bytes of {} do not fit in 63 bits", sender.isp));
    sum = *added;
  }
  for (const auto& [currency, minor] : sender.owed_minor) {
    if (minor < 0) return refuse(fmt::format("the off-net amount of {} is below zero", sender.isp));
  }
  return {};
}

// Both directions of one pair in one currency; `earned` stays 0 where the sender is paid in others.
NetOwed& entry(std::map<PairKey, NetOwed>& pairs, const std::string& one, const std::string& other, Currency currency) {
  const auto& a = std::min(one, other);
  const auto& b = std::max(one, other);
  auto& pair = pairs[{a, b, currency}];
  pair.a = a;
  pair.b = b;
  pair.currency = currency;
  return pair;
}

}  // namespace

std::vector<std::int64_t> apportion(std::int64_t total, const std::vector<std::int64_t>& weights) {
  Wide sum = 0;
  for (const auto weight : weights) sum += weight;
  std::vector<std::int64_t> parts(weights.size(), 0);
  if (sum == 0) return parts;
  std::vector<Wide> remainders;
  std::int64_t left = total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide share = static_cast<Wide>(total) * weights[i];
    parts[i] = static_cast<std::int64_t>(share / sum);
    remainders.push_back(share % sum);
    left -= parts[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto x, auto y) { return remainders[x] > remainders[y]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];
  return parts;
}

Result<std::vector<NetOwed>> net_owed(const std::vector<OffNetSender>& senders) {
  std::map<PairKey, NetOwed> pairs;
  std::map<std::string, std::map<std::string, AckedBytes>> sent;
  for (const auto& sender : senders) {
    if (auto good = check_sender(sender); !good) return tl::make_unexpected(good.error());
    sent[sender.isp] = sender.to;
  }
  const auto bytes = [&](const std::string& from, const std::string& to) { return sent[from][to]; };
  for (const auto& sender : senders) {
    std::vector<std::int64_t> weights;
    for (const auto& [to, amount] : sender.to) weights.push_back(amount.value);
    for (const auto& [currency, total] : sender.owed_minor) {
      const auto parts = apportion(total, weights);
      std::size_t i = 0;
      for (const auto& [to, amount] : sender.to) {
        const auto part = parts[i++];
        if (to.empty() || to == sender.isp || amount.value == 0) continue;
        auto& pair = entry(pairs, sender.isp, to, currency);
        (pair.a == sender.isp ? pair.a_earned_minor : pair.b_earned_minor) = part;
      }
    }
  }
  std::vector<NetOwed> result;
  for (auto& [key, pair] : pairs) {
    pair.a_to_b = bytes(pair.a, pair.b);
    pair.b_to_a = bytes(pair.b, pair.a);
    pair.net_minor = pair.a_earned_minor - pair.b_earned_minor;
    result.push_back(pair);
  }
  return result;
}

}  // namespace waybill::tracker
