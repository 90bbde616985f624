#pragma once
// What a content owner and the operator agree on: a flat fee up to B bytes a month, a price per GB beyond them, a
// royalty per delivery, a surcharge, and what to do on nearing and crossing B (patent, "a content owner could opt to
// pay ... a fixed price as long as the content distributor delivers less than B bytes").
#include <map>

#include "tracker/agreements/isp_agreement.h"

namespace waybill::tracker {

// Numbers stand in the store: never renumbered.
enum class OwnerAction : int {
  carry_on = 1,               // at the higher rate
  notify = 2,                 // ... and tell the owner
  listed_customers_only = 3,  // serve only the customers that the contract lists
  off_peak_only = 4,          // serve only outside the contract's peak hours
};
const char* name_of(OwnerAction action);

inline constexpr std::size_t kMaxListedCustomers = 10'000;
inline constexpr std::size_t kMaxRoyaltyTitles = 10'000;
inline constexpr std::int64_t kMaxBasisPoints = 100'000;  // ten times the fee

struct Royalty {
  Money per_delivery;                   // of any title that is not among `titles`
  std::map<std::string, Money> titles;  // by title
  std::string payee;                    // whom the operator passes it on to, e.g. a collecting society
  bool operator==(const Royalty&) const = default;
};

struct OwnerContract {
  AgreementId id;  // of the registry; not part of the document
  std::string owner;
  std::string timezone = "UTC";
  TimeMs from{};
  std::optional<TimeMs> until;  // exclusive
  Currency currency;
  Money flat_fee;       // a month, for up to `threshold` bytes
  ByteCount threshold;  // B: acknowledged bytes a month, from any sender, CDN nodes included
  Money beyond_per_gb;  // per GB (10^9 bytes) above it
  std::optional<Royalty> royalty;
  // Per GB that was sent of the owner's content and that nobody acknowledged: to stock BitTorrent clients, and by CDN
  // nodes' web servers. It does not count towards the threshold. Absent: nothing is owed for it.
  std::optional<Money> unacknowledged_per_gb;
  std::int64_t surcharge_bp = 0;  // hundredths of a percent of fee and usage; royalties carry none
  int near_percent = 0;           // of `threshold`, 1..99; 0: nothing is done on nearing
  OwnerAction on_near = OwnerAction::carry_on;
  OwnerAction on_crossing = OwnerAction::carry_on;
  WeekHours peak;             // stated exactly where an action is off_peak_only
  std::set<AgentKey> listed;  // stated exactly where an action is listed_customers_only
  bool in_force(TimeMs at) const { return from <= at && (!until || at < *until); }
  bool takes(OwnerAction action) const { return on_near == action || on_crossing == action; }
  bool operator==(const OwnerContract&) const = default;
};

Status check(const OwnerContract& contract);

}  // namespace waybill::tracker
