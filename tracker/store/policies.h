#pragma once
// Network capacity policies, as they were laid down. A policy never changes but for its end: what it permitted at any
// time can be read off again. The document is a text (JSON) that tracker/policy writes and reads.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

inline constexpr std::int64_t kMaxPoliciesKept = 10'000;  // that have not ended

struct StoredPolicy {
  std::int64_t id = 0;
  std::string document;  // tracker/policy/policy_document.h
  TimeMs created{};
  TimeMs valid_from{};
  std::optional<TimeMs> valid_until;  // exclusive; the document's own, or an earlier one by end_policy()
  bool operator==(const StoredPolicy&) const = default;
};

class Policies {
 public:
  virtual ~Policies() = default;

  // The id is assigned. Refused: an end at or before the beginning, and one more than kMaxPoliciesKept.
  virtual Result<StoredPolicy> add_policy(const StoredPolicy& policy) = 0;
  virtual Result<std::vector<StoredPolicy>> policies() = 0;  // by id, ended ones included
  // Refused where it is unknown or ends before `at` already. One that has not begun ends where it begins or later.
  virtual Status end_policy(std::int64_t id, TimeMs at) = 0;
};

}  // namespace waybill::tracker
