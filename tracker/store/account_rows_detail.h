#pragma once
// From counters of single objects and quarters to the rows of an answer: the part of AccountQuery that every engine
// leaves to us, because hours of day depend on a time zone that no database knows as we do.
#include <map>
#include <tuple>

#include "tracker/store/accounts.h"

namespace waybill::tracker {

// The narrowest kind that knows every entity that the query names.
AccountKind kind_for(const AccountQuery& query);

class AccountRows {
 public:
  explicit AccountRows(const AccountQuery& query) : query_(query) {}
  void add(const AccountObject& object, Quarter quarter, const Counters& counters);
  std::vector<AccountRow> take();

 private:
  using Key = std::tuple<std::optional<IspId>, std::optional<IspId>, std::optional<AgreementId>, std::optional<bool>,
                         std::optional<std::string>, std::optional<ContentClass>, std::optional<ContentId>,
                         std::optional<AgentKey>, std::optional<int>, std::optional<Quarter>>;
  int local_minute(Quarter quarter) const;
  bool in_hours(int minute) const;
  Key key_of(const AccountObject& object, Quarter quarter, int minute) const;
  bool grouped_by(AccountDimension dimension) const { return query_.group_by.count(dimension) > 0; }

  const AccountQuery& query_;
  std::map<Key, Counters> rows_;
};

}  // namespace waybill::tracker
