#include "tracker/agreements/charge_line.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kGigabyte = 1'000'000'000;
constexpr std::int64_t kMegabit = 1'000'000;
constexpr std::int64_t kSampleSeconds = 300;
constexpr std::int64_t kBitsPerByte = 8;
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kBasisPoints = 10'000;

Result<std::int64_t> shortfall(const ChargeLine& line) {
  const auto due = round_amount(1, line.price, 1, line.part);
  if (!due) return due;
  return std::max<std::int64_t>(0, *due - std::min(line.quantity, *due));
}

bool is_derived(ChargeKind kind) { return kind == ChargeKind::shortfall || kind == ChargeKind::surcharge; }

// The lines of a month that a shortfall or a surcharge is computed from: all but these two kinds and royalties.
bool is_base(ChargeKind kind) { return !is_derived(kind) && kind != ChargeKind::royalty; }

Status check_derived(const Charges& charges, const ChargeLine& derived) {
  std::int64_t sum = 0;
  for (const auto& line : charges.lines) {
    if (line.late || line.month != derived.month || line.agreement != derived.agreement || !is_base(line.kind))
      continue;
    const auto added = add_minor(sum, line.amount_minor);
    if (!added) return tl::make_unexpected(added.error());
    sum = *added;
  }
  if (sum == derived.quantity) return {};
  return refuse(fmt::format("the {} of {} is computed from {} minor units, its lines add up to {}",
                            name_of(derived.kind), derived.month, derived.quantity, sum));
}

}  // namespace

const char* name_of(ChargeKind kind) {
  switch (kind) {
    case ChargeKind::volume:
      return "volume";
    case ChargeKind::percentile:
      return "percentile";
    case ChargeKind::shortfall:
      return "shortfall";
    case ChargeKind::flat_fee:
      return "flat_fee";
    case ChargeKind::beyond:
      return "beyond";
    case ChargeKind::royalty:
      return "royalty";
    case ChargeKind::surcharge:
      return "surcharge";
    case ChargeKind::unacknowledged_volume:
      return "unacknowledged_volume";
    case ChargeKind::unacknowledged:
      return "unacknowledged";
  }
  return "volume";
}

bool is_volume(ChargeKind kind) { return kind == ChargeKind::volume || kind == ChargeKind::unacknowledged_volume; }

ChargeKey key_of(const ChargeLine& line) {
  return {line.month, line.agreement,     line.kind,  line.tier, !line.on_net,
          line.peak,  line.content_class, line.owner, line.title};
}

Result<std::int64_t> full_amount(const ChargeLine& line) {
  switch (line.kind) {
    case ChargeKind::volume:
    case ChargeKind::beyond:
    case ChargeKind::unacknowledged_volume:
    case ChargeKind::unacknowledged:
      return round_amount(line.quantity, line.price, kGigabyte);
    case ChargeKind::percentile: {
      std::int64_t bits = 0;
      if (__builtin_mul_overflow(line.quantity, kBitsPerByte, &bits)) {
        return refuse("a rate does not fit: it exceeds 63 bits");
      }
      return round_amount(bits, line.price, kSampleSeconds * kMegabit, line.part);
    }
    case ChargeKind::shortfall:
      return shortfall(line);
    case ChargeKind::flat_fee:
    case ChargeKind::royalty:
      return round_amount(line.quantity, line.price, 1, line.part);
    case ChargeKind::surcharge:
      return round_amount(line.quantity, {line.basis_points * kMicro, line.price.currency}, kBasisPoints);
  }
  return refuse("a line of an unknown kind");
}

Status set_amount(ChargeLine& line) {
  const auto full = full_amount(line);
  if (!full) return tl::make_unexpected(full.error());
  const auto owed = add_minor(*full, -line.settled_minor);
  if (!owed) return tl::make_unexpected(owed.error());
  line.amount_minor = *owed;
  return {};
}

Result<std::vector<ChargeTotal>> total_charges(const std::vector<ChargeLine>& lines,
                                               const std::vector<Currency>& also) {
  std::map<Currency, std::int64_t> sums;
  std::int64_t sizes = 0;
  for (const auto& currency : also) sums[currency] = 0;
  for (const auto& line : lines) {
    // Where the sizes add up within 63 bits, so do the amounts of any of the lines, in any order.
    const auto size = line.amount_minor == INT64_MIN ? INT64_MAX : std::abs(line.amount_minor);
    const auto added = add_minor(sizes, size);
    if (!added) return tl::make_unexpected(added.error());
    sizes = *added;
    sums[line.price.currency] += line.amount_minor;
  }
  std::vector<ChargeTotal> totals;
  for (const auto& [currency, sum] : sums) totals.push_back({currency, sum});
  return totals;
}

Status check(const Charges& charges) {
  std::vector<Currency> currencies;
  for (const auto& total : charges.totals) currencies.push_back(total.currency);
  std::map<ChargeKey, bool> seen;
  for (const auto& line : charges.lines) {
    if (!seen.emplace(key_of(line), true).second) return refuse("a line stands twice");
    auto again = line;
    if (auto computed = set_amount(again); !computed) return computed;
    if (again.amount_minor != line.amount_minor) {
      return refuse(fmt::format("the {} line of {}: its figures make {}, not {}", name_of(line.kind), line.month,
                                format_minor(again.amount_minor, line.price.currency),
                                format_minor(line.amount_minor, line.price.currency)));
    }
    if (!line.late && is_derived(line.kind)) {
      if (auto good = check_derived(charges, line); !good) return good;
    }
  }
  const auto totals = total_charges(charges.lines, currencies);
  if (!totals) return tl::make_unexpected(totals.error());
  if (*totals != charges.totals) return refuse("the totals are not the sums of the lines");
  return {};
}

Result<std::vector<ChargeLine>> late_lines(const std::vector<ChargeLine>& settled, const std::vector<ChargeLine>& now) {
  std::map<ChargeKey, ChargeLine> changed;
  for (auto line : now) {
    WAYBILL_ASSERT(!line.late, "a late line of a late line");
    line.late = true;
    changed[key_of(line)] = std::move(line);
  }
  for (const auto& line : settled) {
    const auto [found, vanished] = changed.try_emplace(key_of(line), line);
    auto& late = found->second;
    if (vanished) {
      // Nothing of it is left: what had been charged is owed back.
      late.late = true;
      late.quantity = late.receipts = 0;
      late.settled_quantity = late.settled_receipts = late.settled_minor = 0;
    }
    // The latest statement's figures hold; the amounts of all of them have been charged.
    late.settled_quantity = line.quantity;
    late.settled_receipts = line.receipts;
    const auto sum = add_minor(late.settled_minor, line.amount_minor);
    if (!sum) return tl::make_unexpected(sum.error());
    late.settled_minor = *sum;
  }
  std::vector<ChargeLine> result;
  for (auto& [key, line] : changed) {
    if (auto computed = set_amount(line); !computed) return tl::make_unexpected(computed.error());
    if (line.amount_minor != 0 || line.quantity != line.settled_quantity || line.receipts != line.settled_receipts) {
      result.push_back(std::move(line));
    }
  }
  return result;
}

}  // namespace waybill::tracker
