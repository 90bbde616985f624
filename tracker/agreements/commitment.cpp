#include "tracker/agreements/commitment.h"

#include <limits>

#include "tracker/agreements/price_terms_detail.h"

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;

template <typename Version>
const Version* version_of(const std::vector<Version>& versions, AgreementId id) {
  for (const auto& version : versions) {
    if (version.id == id) return &version;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<Commitment>> isp_commitments(const std::vector<IspAgreement>& agreements, Usage usage,
                                                const LocalMonth& month, TimeMs as_of) {
  std::erase_if(usage.buckets, [as_of](const UsageBucket& bucket) { return bucket.start >= as_of; });
  const auto charges = price_isp(agreements, usage, month.window);
  if (!charges) return tl::make_unexpected(charges.error());
  std::vector<Commitment> commitments;
  for (const auto& line : charges->lines) {
    if (line.kind != ChargeKind::shortfall) continue;
    const auto* terms = version_of(agreements, line.agreement);
    if (terms == nullptr) continue;
    const auto agreed = round_amount(1, line.price, 1, line.part);
    if (!agreed) return tl::make_unexpected(agreed.error());
    commitments.push_back({line.agreement, CommitmentUnit::money, line.price.currency,
                           term_span(terms->from, terms->until, month).span, *agreed, line.quantity});
  }
  return commitments;
}

std::vector<Commitment> owner_commitments(const std::vector<OwnerContract>& contracts, const Usage& usage,
                                          const LocalMonth& month, TimeMs as_of) {
  std::vector<std::int64_t> used(contracts.size());
  for (const auto& bucket : usage.buckets) {
    if (bucket.start >= as_of) continue;
    const auto version = version_touching(contracts, bucket.start, bucket.start + usage.grain, {});
    if (version) used[*version] += bucket.acked.value;
  }
  std::vector<Commitment> commitments;
  for (std::size_t i = 0; i < contracts.size(); ++i) {
    const auto term = term_span(contracts[i].from, contracts[i].until, month);
    if (term.empty()) continue;
    commitments.push_back({contracts[i].id, CommitmentUnit::bytes, contracts[i].currency, term.span,
                           scale_down(contracts[i].threshold.value, term.part), used[i]});
  }
  return commitments;
}

CommitmentDistance distance_to(const Commitment& commitment, TimeMs as_of) {
  CommitmentDistance distance;
  distance.projected = commitment.used;
  distance.remaining = std::max<std::int64_t>(0, commitment.agreed - commitment.used);
  const auto& term = commitment.term;
  const Wide elapsed = as_of.value - term.from.value;
  if (elapsed <= 0 || as_of >= term.until || commitment.used <= 0) return distance;
  const Wide whole = static_cast<Wide>(commitment.used) * (term.until.value - term.from.value) / elapsed;
  distance.projected = static_cast<std::int64_t>(std::min<Wide>(whole, std::numeric_limits<std::int64_t>::max()));
  if (distance.remaining == 0) return distance;
  // Rounded up: at that instant the line has met it.
  const Wide until_met = (static_cast<Wide>(commitment.agreed) * elapsed + commitment.used - 1) / commitment.used;
  if (until_met < term.until.value - term.from.value) {
    distance.reached = TimeMs{term.from.value + static_cast<std::int64_t>(until_met)};
  }
  return distance;
}

}  // namespace waybill::tracker
