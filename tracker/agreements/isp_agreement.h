#pragma once
// What an ISP and the operator agree on (design section 3): the grant, which is permission, and the tariff, which is
// price. Values only; check() says whether they make sense, agreement_document.h writes and reads them.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/money.h"
#include "common/types/units.h"
#include "tracker/agreements/week_hours.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxOwnersNamed = 1000;
inline constexpr std::size_t kMaxTiers = 32;
inline constexpr std::size_t kMaxNameBytes = 200;
// The grain of the accounts, on which prices may change (store/accounts.h).
inline constexpr int kPriceGrainMinutes = 15;
// Agreements begin and end between these: the calendar is asked about no month beyond them.
inline constexpr TimeMs kEarliestAgreement{31'536'000'000};     // 1971-01-01T00:00Z
inline constexpr TimeMs kLatestAgreement{253'370'764'800'000};  // 9999-01-01T00:00Z

struct OwnerFilter {
  enum class Kind { all, only, all_but };
  Kind kind = Kind::all;
  std::set<std::string> owners;  // empty for `all`, otherwise not
  bool allows(const std::string& owner) const;
  bool operator==(const OwnerFilter&) const = default;
};

struct GrantTerms {
  GrantKind kind = GrantKind::none;
  WeekHours hours;          // kind hours, in the ISP's time zone
  ByteCount quota_per_day;  // acknowledged bytes on the ISP's calendar; 0: none stated; both may hold
  ByteCount quota_per_month;
  std::set<ContentClass> classes{ContentClass::file, ContentClass::live};
  OwnerFilter owners;
  ByteRate rate_cap;  // of all the ISP's uplinks together, bytes per second; 0: none stated
  bool operator==(const GrantTerms&) const = default;
};

// Per GB (10^9 bytes) acknowledged. On-net: the receiver is at the same ISP.
struct TierRates {
  ByteCount from;  // the month's bytes from which on these prices hold; the first tier's is 0
  Money on_net;
  Money off_net;
  std::optional<Money> peak_on_net;  // both exactly where the tariff has peak hours
  std::optional<Money> peak_off_net;
  bool operator==(const TierRates&) const = default;
};

// Per GB that senders say they sent to stock BitTorrent clients, which acknowledge nothing. No tier counts these bytes
// and no percentile: struck out, they change no other line but the minimum's.
struct UnacknowledgedRates {
  Money on_net;
  Money off_net;
  bool operator==(const UnacknowledgedRates&) const = default;
};

enum class TariffKind { volume, percentile };
struct TariffTerms {
  TariffKind kind = TariffKind::volume;
  Currency currency;
  std::vector<TierRates> tiers;      // kind volume: at least one, `from` rising
  WeekHours peak;                    // kind volume
  std::optional<Money> per_megabit;  // kind percentile: a month, per Mbit/s (10^6) of the 95th percentile
  std::optional<Money> minimum;      // a month
  std::optional<UnacknowledgedRates> unacknowledged;  // absent: nothing is owed for such bytes
  bool monthly() const;                               // a part of a month cannot be priced by itself
  bool operator==(const TariffTerms&) const = default;
};

struct IspAgreement {
  AgreementId id;  // of the registry; not part of the document
  std::string isp;
  std::string timezone = "UTC";
  TimeMs from{};
  std::optional<TimeMs> until;  // exclusive
  GrantTerms grant;
  TariffTerms tariff;
  bool in_force(TimeMs at) const { return from <= at && (!until || at < *until); }
  bool operator==(const IspAgreement&) const = default;
};

// Refuses terms that contradict themselves or say nothing, with the field in front.
Status check(const IspAgreement& agreement);

// An agreement of the registry's plain columns as terms: one tier, one span of hours, one quota.
IspAgreement terms_of(const Agreement& agreement, const Isp& isp);

// Shared with owners' contracts.
Status check_party(const std::string& name, std::string_view field);
Status check_term(TimeMs from, const std::optional<TimeMs>& until, const std::string& timezone);
Status check_price(const Money& price, Currency currency, std::string_view field);

}  // namespace waybill::tracker
