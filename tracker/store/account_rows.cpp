#include "common/types/check.h"
#include "tracker/store/account_rows_detail.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kMinutesOfDay = 24 * 60;

}  // namespace

AccountKind kind_for(const AccountQuery& query) {
  const auto names = [&](bool filtered, AccountDimension dimension) {
    return filtered || query.group_by.count(dimension) > 0;
  };
  if (names(query.client.has_value(), AccountDimension::client)) return AccountKind::client;
  if (names(query.content.has_value(), AccountDimension::content)) return AccountKind::content;
  if (names(query.owner.has_value(), AccountDimension::owner) ||
      names(query.content_class.has_value(), AccountDimension::content_class)) {
    return AccountKind::owner;
  }
  return AccountKind::isp_pair;
}

int AccountRows::local_minute(Quarter quarter) const {
  if (query_.local_minute) {
    const int minute = query_.local_minute(quarter.start());
    WAYBILL_ASSERT(minute >= 0 && minute < kMinutesOfDay, "a minute of the day lies outside the day");
    return minute;
  }
  const auto minute = quarter.start().value / 60'000 % kMinutesOfDay;
  return static_cast<int>(minute < 0 ? minute + kMinutesOfDay : minute);
}

bool AccountRows::in_hours(int minute) const {
  if (!query_.hours) return true;
  const auto [from, to] = *query_.hours;
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}

AccountRows::Key AccountRows::key_of(const AccountObject& object, Quarter quarter, int minute) const {
  Key key;
  if (grouped_by(AccountDimension::isp_pair)) {
    std::get<0>(key) = object.from;
    std::get<1>(key) = object.to;
  }
  if (grouped_by(AccountDimension::agreement)) std::get<2>(key) = object.agreement;
  if (grouped_by(AccountDimension::cdn_node)) std::get<3>(key) = object.cdn_node;
  if (grouped_by(AccountDimension::owner)) std::get<4>(key) = object.owner;
  if (grouped_by(AccountDimension::content_class)) std::get<5>(key) = object.content_class;
  if (grouped_by(AccountDimension::content)) std::get<6>(key) = object.content;
  if (grouped_by(AccountDimension::client)) std::get<7>(key) = object.client;
  if (grouped_by(AccountDimension::hour_of_day)) std::get<8>(key) = minute / 60;
  if (grouped_by(AccountDimension::quarter)) std::get<9>(key) = quarter;
  return key;
}

void AccountRows::add(const AccountObject& object, Quarter quarter, const Counters& counters) {
  const bool hours_matter = query_.hours || grouped_by(AccountDimension::hour_of_day);
  const int minute = hours_matter ? local_minute(quarter) : 0;
  if (hours_matter && !in_hours(minute)) return;
  rows_[key_of(object, quarter, minute)] += counters;
}

std::vector<AccountRow> AccountRows::take() {
  if (query_.group_by.empty() && rows_.empty()) rows_[{}];  // a total of nothing is zero, not absent
  std::vector<AccountRow> rows;
  rows.reserve(rows_.size());
  for (const auto& [key, counters] : rows_) {
    const auto& [from, to, agreement, cdn_node, owner, content_class, content, client, hour, quarter] = key;
    rows.push_back({from, to, agreement, cdn_node, owner, content_class, content, client, hour, quarter, counters});
  }
  rows_.clear();
  return rows;
}

}  // namespace waybill::tracker
