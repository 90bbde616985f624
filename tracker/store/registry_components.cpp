// The components that operators registered, and what they know to lie between two of them.
#include <map>
#include <set>

#include "tracker/paths/component_claims.h"
#include "tracker/paths/insight_claims.h"
#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

namespace {

constexpr int kAddressLength = -1;

Result<std::vector<RegisteredComponent>> read_components(SqlConnection& connection) {
  std::vector<RegisteredComponent> all;
  std::map<ComponentId, std::size_t> by_id;
  {
    auto rows =
        connection.query("SELECT id, name, kind, owner, isp, country, state, city FROM components ORDER BY name");
    while (rows.step()) {
      RegisteredComponent component;
      component.id = rows.row_id<ComponentId>(0);
      component.name = rows.text(1);
      component.kind = static_cast<ComponentKind>(rows.integer(2));
      component.owner = rows.text(3);
      component.isp = rows.row_id<IspId>(4);
      component.place = {rows.text(5), rows.text(6), rows.text(7)};
      by_id.emplace(component.id, all.size());
      all.push_back(std::move(component));
    }
  }
  auto rows =
      connection.query("SELECT component, address, length, pattern FROM component_matches ORDER BY component, number");
  while (rows.step()) {
    auto& component = all.at(by_id.at(rows.row_id<ComponentId>(0)));
    if (rows.is_null(1)) {
      auto pattern = NamePattern::parse(rows.text(3));
      if (!pattern) return pass_on(pattern.error(), "a stored component");
      component.patterns.push_back(*std::move(pattern));
    } else if (rows.integer(2) == kAddressLength) {
      component.addresses.push_back(rows.address(1));
    } else {
      component.prefixes.push_back({rows.address(1), static_cast<int>(rows.integer(2))});
    }
  }
  return all;
}

std::vector<ComponentInsight> read_insights(SqlConnection& connection) {
  std::vector<ComponentInsight> all;
  auto rows = connection.query("SELECT id, near_key, far_key, lies, both_ways FROM component_insights ORDER BY id");
  while (rows.step()) {
    all.push_back({rows.row_id<InsightId>(0), rows.text(1), rows.text(2), rows.row_id<ComponentId>(3), rows.flag(4)});
  }
  return all;
}

void insert_matches(SqlConnection& connection, const std::vector<RegisteredComponent>& components) {
  auto matches = connection.insert_many(
      "INSERT INTO component_matches(component, number, address, length, pattern) VALUES(?, ?, ?, ?, ?)");
  const std::string no_pattern;
  for (const auto& component : components) {
    std::int64_t number = 0;
    for (const auto& address : component.addresses) {
      matches.add(component.id, number++, std::optional(address), kAddressLength, no_pattern);
    }
    for (const auto& prefix : component.prefixes) {
      matches.add(component.id, number++, std::optional(prefix.address), prefix.length, no_pattern);
    }
    for (const auto& pattern : component.patterns) {
      matches.add(component.id, number++, std::optional<IpAddress>(), 0, pattern.str());
    }
  }
  matches.run();
}

}  // namespace

Status SqlRegistry::check_isps(const std::vector<RegisteredComponent>& components) {
  std::set<IspId> known{IspId{}};
  auto rows = connection_.query("SELECT id FROM isps");
  while (rows.step()) known.insert(rows.row_id<IspId>(0));
  for (const auto& component : components) {
    if (!known.contains(component.isp)) {
      return refuse("component '" + component.name + "': there is no ISP " + std::to_string(component.isp.value));
    }
  }
  return {};
}

void SqlRegistry::insert_components(std::vector<RegisteredComponent>& components) {
  auto rows = connection_.insert_many(
      "INSERT INTO components(name, kind, owner, isp, country, state, city) VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (const auto& component : components) {
    rows.add(component.name, static_cast<int>(component.kind), component.owner, component.isp, component.place.country,
             component.place.state, component.place.city);
  }
  rows.run();
  auto found = connection_.find_many("SELECT id FROM components WHERE name = ?");
  for (const auto& component : components) found.add(component.name);
  while (found.step()) components[found.index()].id = found.row_id<ComponentId>(0);
  insert_matches(connection_, components);
}

Result<std::vector<RegisteredComponent>> SqlRegistry::add_components(
    const std::vector<RegisteredComponent>& components) {
  return connection_.write([&]() -> Result<std::vector<RegisteredComponent>> {
    auto known = read_components(connection_);
    if (!known) return known;
    ComponentClaims claims;
    for (const auto& component : *known) {
      if (auto status = claims.add(component); !status) return pass_on(status.error(), "as stored");
    }
    for (const auto& component : components) {
      if (auto status = claims.add(component); !status) return pass_on(status);
    }
    if (auto status = check_isps(components); !status) return pass_on(status);
    auto added = components;
    insert_components(added);
    raise_table_version();
    return added;
  });
}

Result<std::vector<RegisteredComponent>> SqlRegistry::components() {
  return connection_.read([&] { return read_components(connection_); });
}

Status SqlRegistry::remove_component(ComponentId id) {
  return connection_.write([&]() -> Status {
    const auto known = read_components(connection_);
    if (!known) return tl::make_unexpected(known.error());
    for (const auto& component : *known) {
      if (component.id != id) continue;
      const auto key = component.key();
      for (const auto& insight : read_insights(connection_)) {
        if (insight.lies != id && insight.near != key && insight.far != key) continue;
        return refuse("insight " + std::to_string(insight.id.value) + " names " + component.name +
                      ": `component insight remove` it first");
      }
    }
    if (connection_.query("DELETE FROM components WHERE id = ?").bind(id).run() == 0) {
      return refuse("there is no component " + std::to_string(id.value));
    }
    raise_table_version();
    return {};
  });
}

Result<std::vector<ComponentInsight>> SqlRegistry::add_insights(const std::vector<ComponentInsight>& insights) {
  return connection_.write([&]() -> Result<std::vector<ComponentInsight>> {
    const auto components = read_components(connection_);
    if (!components) return tl::make_unexpected(components.error());
    InsightClaims claims(*components);
    for (const auto& insight : read_insights(connection_)) {
      if (auto status = claims.add(insight); !status) return pass_on(status.error(), "as stored");
    }
    auto added = insights;
    for (auto& insight : added) {
      if (auto status = claims.add(insight); !status) return pass_on(status);
      insight.id = {connection_
                        .query("INSERT INTO component_insights(near_key, far_key, lies, both_ways) VALUES(?, ?, ?, ?) "
                               "RETURNING id")
                        .bind(insight.near, insight.far, insight.lies, insight.both_ways)
                        .run_for_id()};
    }
    raise_table_version();
    return added;
  });
}

Result<std::vector<ComponentInsight>> SqlRegistry::insights() {
  return connection_.read([&]() -> Result<std::vector<ComponentInsight>> { return read_insights(connection_); });
}

Status SqlRegistry::remove_insight(InsightId id) {
  return connection_.write([&]() -> Status {
    if (connection_.query("DELETE FROM component_insights WHERE id = ?").bind(id).run() == 0) {
      return refuse("there is no insight " + std::to_string(id.value));
    }
    raise_table_version();
    return {};
  });
}

}  // namespace waybill::tracker
