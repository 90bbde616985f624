#pragma once
// A network capacity policy (patent FIG. 6, 614 to 616): how much of this service's traffic a link, an ISP or the whole
// network is to carry. Either so many bytes in each window, or a rate. Values only; policy_check.h says whether one
// makes sense, policy_document.h writes and reads them, policy_index.h finds those that a path touches.
#include <optional>
#include <string>
#include <string_view>

#include "common/types/ids.h"
#include "common/types/units.h"
#include "tracker/agreements/isp_agreement.h"
#include "tracker/policy/grant.h"

namespace waybill::tracker {

struct PolicyIdTag {};
using PolicyId = RowId<PolicyIdTag>;

// What is limited. By an ISP's direction the two ends count, whatever lies between. Numbers stand in the store: never
// renumbered.
enum class PolicySubject : int {
  everything = 1,   // all traffic, for limits on a class or an owner
  component = 2,    // whatever crosses the network component of this key
  isp_out = 3,      // sent inside the ISP, received elsewhere
  isp_into = 4,     // received inside the ISP, sent elsewhere
  isp_within = 5,   // both ends inside the ISP
  isp_uplinks = 6,  // sent by the ISP's customers, wherever to: what a grant caps. Never a document of its own
};
// Windows are fixed: they begin and end on the clocks of the policy's time zone, so that what a window held can be read
// off the books again, after a restart or in an argument. Numbers stand in the store.
enum class PolicyWindow : int { minutes = 1, day = 2, week = 3, month = 4 };

struct CapacityPolicy {
  PolicyId id;
  PolicySubject subject = PolicySubject::everything;
  std::string component;                      // PathComponent::key, e.g. "inter-isp-link:SP1>SP2"; subject component
  IspId isp;                                  // subjects isp_*
  std::optional<ContentClass> content_class;  // absent: every class
  std::string owner;                          // of the content; empty: every owner
  ByteCount bytes;                            // acknowledged payload in each window; 0: it limits the rate instead
  PolicyWindow window = PolicyWindow::day;    // with bytes
  int window_minutes = 0;                     // PolicyWindow::minutes: a divisor of 60
  ByteRate rate;                              // payload bytes per second at any time; 0: it limits bytes instead
  std::string timezone = "UTC";               // of the windows
  TimeMs valid_from{};
  std::optional<TimeMs> valid_until;  // exclusive; absent: until ended

  bool limits_rate() const { return rate.value > 0; }
  bool in_force(TimeMs at) const { return valid_from <= at && (!valid_until || at < *valid_until); }
  // Does it speak of this content from such a sender, whichever way that goes?
  bool covers(ContentClass of_class, std::string_view of_owner, bool cdn_node) const {
    if (cdn_node && subject == PolicySubject::isp_uplinks) return false;
    return (!content_class || *content_class == of_class) && (owner.empty() || owner == of_owner);
  }
  bool operator==(const CapacityPolicy&) const = default;
};

// No order runs slower: below it a connection is not worth its receipts.
inline constexpr std::int64_t kLeastOrderRate = 16 * 1024;  // bytes per second
inline constexpr std::size_t kMaxPolicies = 10'000;

// The rate cap of an agreement's grant as a policy, numbered by the agreement's number below zero; nothing where the
// grant states none. It holds while the agreement is in force.
std::optional<CapacityPolicy> rate_policy_of(const IspAgreement& agreement, IspId isp);

// The window of a byte policy that `now` lies in. An unknown time zone is taken as UTC.
QuotaSpan policy_window_at(const CapacityPolicy& policy, TimeMs now);

// "15m", "hour", "day", "week", "month"; "hour" is 60 minutes, "15m" any divisor of 60.
std::string policy_window_text(const CapacityPolicy& policy);
Status read_policy_window(const std::string& text, CapacityPolicy& into);

// "inter-isp-link:SP1>SP2", "out of SP1", "into SP1", "within SP1", "everything".
std::string policy_subject_text(const CapacityPolicy& policy, const std::string& isp_name);
// "policy 3: at most 1000000 bytes per day of live content of MovieStudio over inter-isp-link:SP1>SP2"
std::string policy_text(const CapacityPolicy& policy, const std::string& isp_name);

}  // namespace waybill::tracker
