#include <map>
#include <set>

#include <fmt/format.h>

#include "tracker/agreements/price_terms_detail.h"

namespace waybill::tracker {

namespace {

struct TermUse {
  std::int64_t bytes = 0;
  std::int64_t unacknowledged = 0;
  std::map<std::string, std::int64_t> deliveries;  // by title
};

ChargeLine contract_line(const OwnerContract& contract, const TermSpan& term, ChargeKind kind, Money price) {
  ChargeLine line;
  line.month = term.month.name();
  line.agreement = contract.id;
  line.kind = kind;
  line.price = price;
  return line;
}

Status add(std::vector<ChargeLine>& lines, ChargeLine line) {
  if (auto computed = set_amount(line); !computed) return computed;
  lines.push_back(std::move(line));
  return {};
}

Status add_fee_and_usage(const OwnerContract& contract, const TermSpan& term, const TermUse& use,
                         std::vector<ChargeLine>& lines) {
  auto fee = contract_line(contract, term, ChargeKind::flat_fee, contract.flat_fee);
  fee.quantity = 1;
  fee.part = term.part;
  if (auto added = add(lines, fee); !added) return added;
  const auto threshold = scale_down(contract.threshold.value, term.part);
  if (use.bytes > threshold) {
    auto beyond = contract_line(contract, term, ChargeKind::beyond, contract.beyond_per_gb);
    beyond.quantity = use.bytes - threshold;
    if (auto added = add(lines, beyond); !added) return added;
  }
  if (!contract.unacknowledged_per_gb || use.unacknowledged == 0) return {};
  auto unacknowledged = contract_line(contract, term, ChargeKind::unacknowledged, *contract.unacknowledged_per_gb);
  unacknowledged.quantity = use.unacknowledged;
  return add(lines, unacknowledged);
}

Result<std::vector<ChargeLine>> price_term(const OwnerContract& contract, const TermSpan& term, const TermUse& use) {
  std::vector<ChargeLine> lines;
  if (auto added = add_fee_and_usage(contract, term, use, lines); !added) return tl::make_unexpected(added.error());
  if (contract.surcharge_bp > 0) {
    auto surcharge = contract_line(contract, term, ChargeKind::surcharge, {0, contract.currency});
    const auto base = sum_of(lines);
    if (!base) return tl::make_unexpected(base.error());
    surcharge.quantity = *base;
    surcharge.basis_points = contract.surcharge_bp;
    if (auto added = add(lines, surcharge); !added) return tl::make_unexpected(added.error());
  }
  if (!contract.royalty) return lines;
  for (const auto& [title, count] : use.deliveries) {
    const auto own = contract.royalty->titles.find(title);
    const auto price = own == contract.royalty->titles.end() ? contract.royalty->per_delivery : own->second;
    auto royalty = contract_line(contract, term, ChargeKind::royalty, price);
    royalty.quantity = count;
    royalty.title = title;
    royalty.payee = contract.royalty->payee;
    if (auto added = add(lines, royalty); !added) return tl::make_unexpected(added.error());
  }
  return lines;
}

Status add_count(std::int64_t& sum, std::int64_t count) {
  if (__builtin_add_overflow(sum, count, &sum)) return refuse("the bytes or deliveries do not fit in 63 bits");
  return {};
}

class OwnerTerms {
 public:
  OwnerTerms(const std::vector<OwnerContract>& contracts, const TimeWindow& window, std::vector<LocalMonth> months)
      : contracts_(contracts), window_(window), months_(std::move(months)) {}

  Status find_terms() {
    for (std::size_t month = 0; month < months_.size(); ++month) {
      for (std::size_t version = 0; version < contracts_.size(); ++version) {
        const auto term = span({month, version});
        if (term.empty() || term.span.from >= window_.until || term.span.until <= window_.from) continue;
        if (auto good = check_whole(term, window_); !good) return good;
        uses_.try_emplace({month, version});
        currencies_.insert(contracts_[version].currency);
      }
    }
    return {};
  }

  Status count(const UsageBucket& bucket, DurationMs grain) {
    // The id in a bucket is of the sender's ISP's agreement, which says nothing of the owner's.
    auto* use = use_at(bucket.start, bucket.start + grain);
    if (use == nullptr) return add_count(unpriced_.value, bucket.acked.value);
    if (auto counted = add_count(use->unacknowledged, bucket.unacknowledged.value); !counted) return counted;
    return add_count(use->bytes, bucket.acked.value);
  }

  Status count(const DeliveryCount& delivery) {
    if (delivery.completed < window_.from || delivery.completed >= window_.until || delivery.count < 0) {
      return refuse(fmt::format("a delivery at {} is outside the window, or counted below zero",
                                format_time(delivery.completed)));
    }
    auto* use = use_at(delivery.completed, delivery.completed + DurationMs{1});
    if (use == nullptr) return {};
    return add_count(use->deliveries[delivery.title], delivery.count);
  }

  Result<Charges> price() const {
    std::vector<ChargeLine> lines;
    for (const auto& [key, use] : uses_) {
      auto priced = price_term(contracts_[key.version], span(key), use);
      if (!priced) return pass_on(priced);
      lines.insert(lines.end(), priced->begin(), priced->end());
    }
    return finish_charges(std::move(lines), {currencies_.begin(), currencies_.end()}, unpriced_);
  }

 private:
  TermSpan span(const TermKey& key) const {
    return term_span(contracts_[key.version].from, contracts_[key.version].until, months_[key.month]);
  }
  TermUse* use_at(TimeMs start, TimeMs end) {
    const auto version = version_touching(contracts_, start, end, {});
    if (!version) return nullptr;
    const auto found = uses_.find({month_index(months_, start), *version});
    return found == uses_.end() ? nullptr : &found->second;
  }

  const std::vector<OwnerContract>& contracts_;
  TimeWindow window_;
  std::vector<LocalMonth> months_;
  std::map<TermKey, TermUse> uses_;
  std::set<Currency> currencies_;
  AckedBytes unpriced_;
};

}  // namespace

Result<Charges> price_owner(const std::vector<OwnerContract>& contracts, const Usage& usage,
                            const std::vector<DeliveryCount>& deliveries, const TimeWindow& window) {
  if (auto good = check_usage(usage, window); !good) return tl::make_unexpected(good.error());
  if (auto good = check_timeline(contracts); !good) return tl::make_unexpected(good.error());
  auto calendar = LocalCalendar::of(contracts.empty() ? "UTC" : contracts.front().timezone);
  if (!calendar) return tl::make_unexpected(calendar.error());
  OwnerTerms terms(contracts, window, months_of(window, *calendar));
  if (auto good = terms.find_terms(); !good) return tl::make_unexpected(good.error());
  for (const auto& bucket : usage.buckets) {
    if (auto counted = terms.count(bucket, usage.grain); !counted) return tl::make_unexpected(counted.error());
  }
  for (const auto& delivery : deliveries) {
    if (auto counted = terms.count(delivery); !counted) return tl::make_unexpected(counted.error());
  }
  return terms.price();
}

}  // namespace waybill::tracker
