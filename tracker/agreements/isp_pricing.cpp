#include <set>

#include <fmt/format.h>

#include "tracker/agreements/price_terms_detail.h"

namespace waybill::tracker {

namespace {

using BucketList = std::vector<const UsageBucket*>;

std::tuple<TimeMs, bool, ContentClass, std::string_view, AgreementId> order_of(const UsageBucket& bucket) {
  return {bucket.start, !bucket.on_net, bucket.content_class, bucket.owner, bucket.agreement};
}

// Tariffs by volume fill their tiers by quarters of an hour, whatever the usage's grain: what one agreement owes does
// not depend on another one of the month that is by percentile.
std::vector<UsageBucket> by_quarters(const BucketList& buckets) {
  std::vector<UsageBucket> quarters;
  for (const auto* bucket : buckets) {
    quarters.push_back(*bucket);
    quarters.back().start = {bucket->start.value / kQuarterHour.value * kQuarterHour.value};
  }
  std::sort(quarters.begin(), quarters.end(), [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  std::vector<UsageBucket> sums;
  for (auto& bucket : quarters) {
    if (sums.empty() || order_of(sums.back()) != order_of(bucket)) {
      sums.push_back(std::move(bucket));
    } else {
      sums.back().acked += bucket.acked;
      sums.back().receipts += bucket.receipts;
      sums.back().unacknowledged += bucket.unacknowledged;
      sums.back().unacknowledged_receipts += bucket.unacknowledged_receipts;
    }
  }
  return sums;
}

// Of a tier that the tariff has, at peak only where it has peak hours. The bytes behind a percentile cost nothing.
Money volume_price(const TariffTerms& tariff, const ChargeLine& line) {
  if (tariff.kind == TariffKind::percentile) return {0, tariff.currency};
  const auto& rates = tariff.tiers[static_cast<std::size_t>(line.tier)];
  if (line.peak) return line.on_net ? *rates.peak_on_net : *rates.peak_off_net;
  return line.on_net ? rates.on_net : rates.off_net;
}

// One agreement's charges for one month.
class TermPricing {
 public:
  TermPricing(const IspAgreement& agreement, TermSpan term, LocalCalendar& calendar)
      : agreement_(agreement), term_(std::move(term)), calendar_(calendar) {
    // Only what was finished after the agreement's end falls into a month without a span: the bounds of a whole month.
    if (!term_.empty()) scale_ = term_.part;
  }

  Result<std::vector<ChargeLine>> price(const BucketList& buckets) {
    for (const auto& bucket : by_quarters(buckets)) {
      if (bucket.acked.value > 0 || bucket.receipts > 0) add_volume(bucket);
      if (bucket.unacknowledged_receipts > 0) add_unacknowledged(bucket);
    }
    std::vector<ChargeLine> lines;
    for (auto& [key, line] : volume_) lines.push_back(std::move(line));
    if (agreement_.tariff.kind == TariffKind::percentile && !term_.empty()) lines.push_back(percentile(buckets));
    for (auto& line : lines) {
      if (auto computed = set_amount(line); !computed) return tl::make_unexpected(computed.error());
    }
    if (agreement_.tariff.minimum && !term_.empty()) {
      auto line = shortfall(lines);
      if (!line) return pass_on(line);
      lines.push_back(std::move(*line));
    }
    return lines;
  }

 private:
  ChargeLine line(ChargeKind kind, Money price) const {
    ChargeLine result;
    result.month = term_.month.name();
    result.agreement = agreement_.id;
    result.kind = kind;
    result.price = price;
    return result;
  }

  // Where the tier after `tier` begins for this span; absent: `tier` is the last.
  std::optional<std::int64_t> bound_after(std::size_t tier) const {
    if (tier + 1 >= agreement_.tariff.tiers.size()) return std::nullopt;
    return scale_down(agreement_.tariff.tiers[tier + 1].from.value, scale_);
  }

  void add_volume(const UsageBucket& bucket) {
    const bool peak = agreement_.tariff.peak.contains(calendar_.minute_at(bucket.start));
    auto left = bucket.acked.value;
    auto receipts = bucket.receipts;
    do {
      auto bound = bound_after(tier_);
      while (bound && used_ >= *bound) bound = bound_after(++tier_);
      const auto taken = bound ? std::min(left, *bound - used_) : left;
      auto piece = line(ChargeKind::volume, {0, agreement_.tariff.currency});
      piece.tier = static_cast<int>(tier_);
      piece.on_net = bucket.on_net;
      piece.peak = peak;
      piece.content_class = bucket.content_class;
      piece.owner = bucket.owner;
      piece.price = volume_price(agreement_.tariff, piece);
      auto& sum = volume_.try_emplace(key_of(piece), piece).first->second;
      sum.quantity += taken;
      // A receipt is counted once, in the tier in which its bucket began.
      sum.receipts += std::exchange(receipts, 0);
      used_ += taken;
      left -= taken;
    } while (left > 0);
  }

  // Owed only where the terms have a price for it.
  void add_unacknowledged(const UsageBucket& bucket) {
    const auto& rates = agreement_.tariff.unacknowledged;
    if (!rates) return;
    auto piece = line(ChargeKind::unacknowledged_volume, bucket.on_net ? rates->on_net : rates->off_net);
    piece.on_net = bucket.on_net;
    piece.content_class = bucket.content_class;
    piece.owner = bucket.owner;
    auto& sum = volume_.try_emplace(key_of(piece), piece).first->second;
    sum.quantity += bucket.unacknowledged.value;
    sum.receipts += bucket.unacknowledged_receipts;
  }

  ChargeLine percentile(const BucketList& buckets) const {
    std::map<TimeMs, std::int64_t> sums;
    for (const auto* bucket : buckets) sums[bucket->start] += bucket->acked.value;
    std::vector<std::int64_t> samples;
    for (const auto& [start, sum] : sums) samples.push_back(sum);
    std::sort(samples.begin(), samples.end());
    const auto grain = kFiveMinutes.value;
    const auto first = term_.span.from.value / grain;
    const auto last = (term_.span.until.value + grain - 1) / grain;  // exclusive
    const auto busy = static_cast<std::int64_t>(samples.size());
    const auto count = std::max(last - first, busy);
    const auto silent = count - busy;
    const auto rank = (count * 95 + 99) / 100;  // from 1
    auto result = line(ChargeKind::percentile, *agreement_.tariff.per_megabit);
    result.quantity = rank <= silent ? 0 : samples[static_cast<std::size_t>(rank - silent - 1)];
    result.part = term_.part;
    return result;
  }

  Result<ChargeLine> shortfall(const std::vector<ChargeLine>& lines) const {
    auto result = line(ChargeKind::shortfall, *agreement_.tariff.minimum);
    const auto covered = sum_of(lines);
    if (!covered) return tl::make_unexpected(covered.error());
    result.quantity = *covered;
    result.part = term_.part;
    if (auto computed = set_amount(result); !computed) return tl::make_unexpected(computed.error());
    return result;
  }

  const IspAgreement& agreement_;
  TermSpan term_;
  LocalCalendar& calendar_;
  Proportion scale_;
  std::map<ChargeKey, ChargeLine> volume_;
  std::size_t tier_ = 0;
  std::int64_t used_ = 0;
};

std::optional<std::size_t> version_of(const std::vector<IspAgreement>& agreements, const UsageBucket& bucket,
                                      DurationMs grain) {
  const auto touching = version_touching(agreements, bucket.start, bucket.start + grain, bucket.agreement);
  if (touching || !bucket.agreement) return touching;
  for (std::size_t i = 0; i < agreements.size(); ++i) {
    if (agreements[i].id == bucket.agreement && agreements[i].from <= bucket.start) return i;
  }
  return std::nullopt;
}

// The bytes of all buckets together must be countable.
Status check_sum(const Usage& usage) {
  std::int64_t sum = 0;
  for (const auto& bucket : usage.buckets) {
    if (__builtin_add_overflow(sum, bucket.acked.value, &sum) ||
        __builtin_add_overflow(sum, bucket.unacknowledged.value, &sum)) {
      return refuse("the bytes do not fit in 63 bits");
    }
  }
  return {};
}

Status check_terms(const IspAgreement& agreement, const TermSpan& term, const Usage& usage, const TimeWindow& window) {
  if (term.empty() || term.span.from >= window.until || term.span.until <= window.from) return {};
  if (agreement.tariff.kind == TariffKind::percentile && usage.grain != kFiveMinutes) {
    return refuse(fmt::format("agreement {} is by percentile: it needs usage by 5 minutes", agreement.id.value));
  }
  return agreement.tariff.monthly() ? check_whole(term, window) : Status{};
}

}  // namespace

DurationMs usage_grain(const std::vector<IspAgreement>& agreements, const TimeWindow& window) {
  const bool samples = std::any_of(agreements.begin(), agreements.end(), [&](const auto& agreement) {
    return agreement.tariff.kind == TariffKind::percentile && agreement.from < window.until &&
           (!agreement.until || window.from < *agreement.until);
  });
  return samples ? kFiveMinutes : kQuarterHour;
}

Result<Money> agreed_price(const TariffTerms& tariff, const ChargeLine& line) {
  if (line.kind == ChargeKind::percentile && tariff.per_megabit) return *tariff.per_megabit;
  if (line.kind == ChargeKind::shortfall && tariff.minimum) return *tariff.minimum;
  if (line.kind == ChargeKind::unacknowledged_volume && tariff.unacknowledged) {
    return line.on_net ? tariff.unacknowledged->on_net : tariff.unacknowledged->off_net;
  }
  if (line.kind == ChargeKind::volume) {
    const auto tiers = static_cast<int>(std::max<std::size_t>(1, tariff.tiers.size()));
    const bool known = line.tier >= 0 && line.tier < tiers && (!line.peak || !tariff.peak.empty());
    if (known) return volume_price(tariff, line);
  }
  return refuse(fmt::format("its tariff has no such {} line", name_of(line.kind)));
}

Result<Charges> price_isp(const std::vector<IspAgreement>& agreements, const Usage& usage, const TimeWindow& window) {
  if (auto good = check_usage(usage, window); !good) return tl::make_unexpected(good.error());
  if (auto good = check_sum(usage); !good) return tl::make_unexpected(good.error());
  if (auto good = check_timeline(agreements); !good) return tl::make_unexpected(good.error());
  auto calendar = LocalCalendar::of(agreements.empty() ? "UTC" : agreements.front().timezone);
  if (!calendar) return tl::make_unexpected(calendar.error());
  const auto months = months_of(window, *calendar);
  std::map<TermKey, BucketList> terms;
  for (const auto& bucket : usage.buckets) {
    const auto version = version_of(agreements, bucket, usage.grain);
    if (!version) return refuse(fmt::format("usage at {} is under no agreement", format_time(bucket.start)));
    terms[{month_index(months, bucket.start), *version}].push_back(&bucket);
  }
  std::set<Currency> currencies;
  for (std::size_t month = 0; month < months.size(); ++month) {
    for (std::size_t version = 0; version < agreements.size(); ++version) {
      const auto& agreement = agreements[version];
      const auto term = term_span(agreement.from, agreement.until, months[month]);
      if (auto good = check_terms(agreement, term, usage, window); !good) return tl::make_unexpected(good.error());
      if (term.span.from >= window.until || term.span.until <= window.from || term.empty()) continue;
      terms.try_emplace({month, version});
      currencies.insert(agreement.tariff.currency);
    }
  }
  std::vector<ChargeLine> lines;
  for (auto& [key, buckets] : terms) {
    const auto& agreement = agreements[key.version];
    TermPricing pricing(agreement, term_span(agreement.from, agreement.until, months[key.month]), *calendar);
    auto priced = pricing.price(buckets);
    if (!priced) return pass_on(priced);
    lines.insert(lines.end(), priced->begin(), priced->end());
  }
  return finish_charges(std::move(lines), {currencies.begin(), currencies.end()}, {});
}

}  // namespace waybill::tracker
