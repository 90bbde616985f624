#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

namespace {

constexpr int kMinutesOfDay = 24 * 60;

Status check_agreement(const Agreement& agreement) {
  const auto& grant = agreement.grant;
  if (agreement.valid_until && *agreement.valid_until <= agreement.valid_from) {
    return refuse("the agreement ends before it begins");
  }
  if (grant.kind == GrantKind::hours &&
      (grant.from_minute < 0 || grant.from_minute >= kMinutesOfDay || grant.to_minute < 0 ||
       grant.to_minute > kMinutesOfDay || grant.from_minute == grant.to_minute)) {
    return refuse("the hours of a grant must lie within one day and differ");
  }
  if (grant.quota.value < 0) return refuse("a quota cannot be negative");
  if (agreement.tariff.on_net.currency != agreement.tariff.off_net.currency) {
    return refuse("the two prices of an agreement must be in one currency");
  }
  if (agreement.tariff.on_net.micro_minor < 0 || agreement.tariff.off_net.micro_minor < 0) {
    return refuse("a price cannot be negative");
  }
  return {};
}

Result<Agreement> read_agreement(const SqlRow& row) {
  Agreement agreement;
  agreement.id = row.row_id<AgreementId>(0);
  agreement.isp = row.row_id<IspId>(1);
  agreement.valid_from = row.time(2);
  agreement.valid_until = row.optional_time(3);
  agreement.grant.kind = static_cast<GrantKind>(row.integer(4));
  agreement.grant.from_minute = static_cast<int>(row.integer(5));
  agreement.grant.to_minute = static_cast<int>(row.integer(6));
  agreement.grant.quota = {row.integer(7)};
  agreement.grant.quota_period = static_cast<QuotaPeriod>(row.integer(8));
  auto currency = Currency::parse(row.text(9));
  if (!currency) return pass_on(currency.error(), "a stored agreement");
  agreement.tariff = {{row.integer(10), *currency}, {row.integer(11), *currency}};
  return agreement;
}

}  // namespace

Status SqlRegistry::refuse_overlap(const Agreement& agreement) {
  auto other = connection_.query(
      "SELECT id FROM agreements WHERE isp = ? AND (? IS NULL OR valid_from < ?) "
      "AND (valid_until IS NULL OR valid_until > ?) LIMIT 1");
  other.bind(agreement.isp, agreement.valid_until, agreement.valid_until, agreement.valid_from);
  if (!other.step()) return {};
  const auto name = isp_name(agreement.isp.value);
  return refuse(name + " has agreement " + std::to_string(other.integer(0)) + " in that time; end it first");
}

Result<Agreement> SqlRegistry::add_agreement(const Agreement& agreement) {
  return connection_.write([&]() -> Result<Agreement> {
    if (auto status = check_agreement(agreement); !status) return pass_on(status);
    {
      auto isp = connection_.query("SELECT 1 FROM isps WHERE id = ?");
      if (!isp.bind(agreement.isp).step()) return refuse("there is no such ISP");
    }
    if (auto status = refuse_overlap(agreement); !status) return pass_on(status);
    const auto& grant = agreement.grant;
    const auto currency = agreement.tariff.on_net.currency.str();
    Agreement added = agreement;
    added.id = {
        connection_
            .query("INSERT INTO agreements(isp, valid_from, valid_until, grant_kind, from_minute, to_minute, quota, "
                   "quota_period, currency, on_net, off_net) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                   "RETURNING id")
            .bind(agreement.isp, agreement.valid_from, agreement.valid_until, static_cast<int>(grant.kind),
                  grant.from_minute, grant.to_minute, grant.quota, static_cast<int>(grant.quota_period), currency,
                  agreement.tariff.on_net.micro_minor, agreement.tariff.off_net.micro_minor)
            .run_for_id()};
    raise_registry_version(connection_);
    return added;
  });
}

Result<std::vector<Agreement>> SqlRegistry::agreements() {
  return connection_.read([&]() -> Result<std::vector<Agreement>> {
    std::vector<Agreement> all;
    auto rows = connection_.query(
        "SELECT id, isp, valid_from, valid_until, grant_kind, from_minute, to_minute, quota, quota_period, currency, "
        "on_net, off_net FROM agreements ORDER BY isp, valid_from");
    while (rows.step()) {
      auto agreement = read_agreement(rows);
      if (!agreement) return pass_on(agreement);
      all.push_back(*std::move(agreement));
    }
    return all;
  });
}

Status SqlRegistry::end_agreement(AgreementId id, TimeMs at) {
  return connection_.write([&]() -> Status {
    {
      auto row = connection_.query("SELECT valid_from, valid_until FROM agreements WHERE id = ?");
      if (!row.bind(id).step()) {
        return refuse("there is no agreement " + std::to_string(id.value) +
                      ": `agreement list` shows those there are with their numbers");
      }
      if (at <= row.time(0)) {
        return refuse("the agreement begins later than that: end it after its beginning, which `agreement list` shows");
      }
      if (const auto until = row.optional_time(1); until && *until <= at) {
        return refuse("the agreement ends earlier than that already: an end can only be brought forward");
      }
    }
    connection_.query("UPDATE agreements SET valid_until = ? WHERE id = ?").bind(at, id).run();
    raise_registry_version(connection_);
    return {};
  });
}

}  // namespace waybill::tracker
