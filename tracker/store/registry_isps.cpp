// ISPs with their prefixes and numbers.
#include <algorithm>

#include "common/protocol/limits.h"
#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

namespace {

Status check_name(const std::string& name, const std::string& what) {
  if (name.empty()) return refuse(what + " needs a name");
  if (name.size() > protocol::kMaxNameBytes) {
    return refuse("the name of " + what + " is longer than " + std::to_string(protocol::kMaxNameBytes) + " bytes");
  }
  return {};
}

constexpr char kIspColumns[] = "SELECT id, name, timezone FROM isps ";

Isp read_isp(const SqlRow& row) {
  Isp isp;
  isp.id = row.row_id<IspId>(0);
  isp.name = row.text(1);
  isp.timezone = row.text(2);
  return isp;
}

std::vector<IpPrefix> read_prefixes(SqlConnection& connection, IspId isp) {
  std::vector<IpPrefix> prefixes;
  auto rows = connection.query("SELECT address, length FROM prefixes WHERE isp = ? ORDER BY address, length");
  rows.bind(isp);
  while (rows.step()) prefixes.push_back({rows.address(0), static_cast<int>(rows.integer(1))});
  return prefixes;
}

std::vector<std::uint32_t> read_asns(SqlConnection& connection, IspId isp) {
  std::vector<std::uint32_t> asns;
  auto rows = connection.query("SELECT asn FROM isp_asns WHERE isp = ? ORDER BY asn");
  rows.bind(isp);
  while (rows.step()) asns.push_back(static_cast<std::uint32_t>(rows.integer(0)));
  return asns;
}

void read_numbers(SqlConnection& connection, Isp& isp) {
  isp.asns = read_asns(connection, isp.id);
  isp.prefixes = read_prefixes(connection, isp.id);
}

}  // namespace

void raise_registry_version(SqlConnection& connection) {
  connection.run(
      "INSERT INTO settings(name, value) VALUES('registry_version', 1) "
      "ON CONFLICT(name) DO UPDATE SET value = settings.value + 1");
}

void SqlRegistry::raise_table_version() {
  connection_.run("UPDATE settings SET value = value + 1 WHERE name = 'table_version'");
  raise_registry_version(connection_);
}

Result<std::int64_t> SqlRegistry::registry_version() {
  return connection_.read([&]() -> Result<std::int64_t> {
    auto row = connection_.query("SELECT value FROM settings WHERE name = 'registry_version'");
    return row.step() ? row.integer(0) : 0;  // 0: nothing was ever changed
  });
}

Result<std::int64_t> SqlRegistry::table_version() {
  return connection_.read([&]() -> Result<std::int64_t> {
    auto row = connection_.query("SELECT value FROM settings WHERE name = 'table_version'");
    if (!row.step()) return fail("the database has no table version; restore it from a backup");
    return row.integer(0);
  });
}

std::string SqlRegistry::isp_name(std::int64_t id) {
  auto row = connection_.query("SELECT name FROM isps WHERE id = ?");
  return row.bind(id).step() ? row.text(0) : "isp#" + std::to_string(id);
}

Status SqlRegistry::claim_prefixes(IspId isp, const std::vector<IpPrefix>& prefixes) {
  for (const auto& prefix : prefixes) {
    {
      auto taken = connection_.query("SELECT isp FROM prefixes WHERE address = ? AND length = ?");
      taken.bind(prefix.address, prefix.length);
      if (taken.step()) {
        return refuse("the prefix " + prefix.str() + " belongs to " + isp_name(taken.integer(0)) + " already");
      }
    }
    connection_.query("INSERT INTO prefixes(address, length, isp) VALUES(?, ?, ?)")
        .bind(prefix.address, prefix.length, isp)
        .run();
  }
  return {};
}

Status SqlRegistry::claim_asns(IspId isp, std::vector<std::uint32_t> asns) {
  std::sort(asns.begin(), asns.end());
  asns.erase(std::unique(asns.begin(), asns.end()), asns.end());
  for (const std::int64_t asn : asns) {
    {
      auto taken = connection_.query("SELECT isp FROM isp_asns WHERE asn = ?");
      if (taken.bind(asn).step()) {
        return refuse("AS" + std::to_string(asn) + " belongs to " + isp_name(taken.integer(0)) + " already");
      }
    }
    connection_.query("INSERT INTO isp_asns(asn, isp) VALUES(?, ?)").bind(asn, isp).run();
  }
  return {};
}

Result<Isp> SqlRegistry::set_asns(IspId id, const std::vector<std::uint32_t>& asns) {
  return connection_.write([&]() -> Result<Isp> {
    Isp isp;
    {
      auto row = connection_.query(std::string(kIspColumns) + "WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no ISP " + std::to_string(id.value));
      isp = read_isp(row);
    }
    connection_.query("DELETE FROM isp_asns WHERE isp = ?").bind(id).run();
    if (auto status = claim_asns(id, asns); !status) return pass_on(status);
    raise_table_version();
    read_numbers(connection_, isp);
    return isp;
  });
}

Result<Isp> SqlRegistry::add_isp(const Isp& isp) {
  return connection_.write([&]() -> Result<Isp> {
    if (auto status = check_name(isp.name, "an ISP"); !status) return pass_on(status);
    {
      auto taken = connection_.query("SELECT 1 FROM isps WHERE name = ?");
      if (taken.bind(isp.name).step()) return refuse("there is an ISP named " + isp.name + " already");
    }
    Isp added = isp;
    added.id = {connection_.query("INSERT INTO isps(name, timezone) VALUES(?, ?) RETURNING id")
                    .bind(isp.name, isp.timezone)
                    .run_for_id()};
    if (auto status = claim_prefixes(added.id, isp.prefixes); !status) return pass_on(status);
    if (auto status = claim_asns(added.id, isp.asns); !status) return pass_on(status);
    raise_table_version();
    read_numbers(connection_, added);
    return added;
  });
}

Result<std::vector<Isp>> SqlRegistry::isps() {
  return connection_.read([&]() -> Result<std::vector<Isp>> {
    std::vector<Isp> all;
    auto rows = connection_.query(std::string(kIspColumns) + "ORDER BY name");
    while (rows.step()) {
      all.push_back(read_isp(rows));
      read_numbers(connection_, all.back());
    }
    return all;
  });
}

Result<Isp> SqlRegistry::find_isp(const std::string& name) {
  return connection_.read([&]() -> Result<Isp> {
    auto row = connection_.query(std::string(kIspColumns) + "WHERE name = ?");
    if (!row.bind(name).step()) return refuse("no ISP is named " + name + "; `isp list` shows those that are");
    auto isp = read_isp(row);
    read_numbers(connection_, isp);
    return isp;
  });
}

Status SqlRegistry::remove_isp(IspId id) {
  return connection_.write([&]() -> Status {
    const auto name = isp_name(id.value);
    {
      auto bound = connection_.query("SELECT 1 FROM agreements WHERE isp = ? LIMIT 1");
      if (bound.bind(id).step()) return refuse(name + " has agreements; its books need it, so it cannot be removed");
    }
    {
      auto used = connection_.query("SELECT 1 FROM orders WHERE source_isp = ? OR destination_isp = ? LIMIT 1");
      if (used.bind(id, id).step()) return refuse(name + " occurs in the books, so it cannot be removed");
    }
    {
      auto stated = connection_.query("SELECT name FROM components WHERE isp = ? LIMIT 1");
      if (stated.bind(id).step())
        return refuse("the component " + stated.text(0) + " lies in " + name + ": remove it first");
    }
    if (connection_.query("DELETE FROM isps WHERE id = ?").bind(id).run() == 0) return refuse("there is no " + name);
    raise_table_version();
    return {};
  });
}

}  // namespace waybill::tracker
