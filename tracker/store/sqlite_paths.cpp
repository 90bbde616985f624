#include <sstream>

#include "tracker/store/sqlite_paths_detail.h"

namespace waybill::tracker {

namespace {

std::string join(const std::vector<IspId>& isps) {
  std::string text;
  for (const auto isp : isps) text += (text.empty() ? "" : " ") + std::to_string(isp.value);
  return text;
}

std::vector<IspId> split(const std::string& text) {
  std::vector<IspId> isps;
  std::istringstream numbers(text);
  for (std::int64_t number = 0; numbers >> number;) isps.push_back({number});
  return isps;
}

}  // namespace

PathComponent read_path_component(const SqliteQuery& row, int first) {
  PathComponent component;
  component.kind = static_cast<ComponentKind>(row.integer(first));
  component.registered = row.row_id<ComponentId>(first + 1);
  component.key = row.text(first + 2);
  component.label = row.text(first + 3);
  component.owner = row.text(first + 4);
  component.isp = row.row_id<IspId>(first + 5);
  component.into = row.row_id<IspId>(first + 6);
  component.near_address = row.optional_address(first + 7);
  component.far_address = row.optional_address(first + 8);
  component.inferred = row.flag(first + 9);
  return component;
}

std::int64_t SqlitePaths::intern(const PathToRecord& path) {
  if (rollbacks_ != connection_.rollbacks()) {
    known_.clear();
    rollbacks_ = connection_.rollbacks();
  }
  if (const auto* id = known_.find(path.digest)) return *id;
  std::optional<std::int64_t> id;
  {
    auto row = connection_.query("SELECT id FROM paths WHERE digest = ?");
    if (row.bind(Blob{path.digest}).step()) id = row.integer(0);
  }
  if (!id) id = add(path);
  known_.put(path.digest, *id);
  return *id;
}

std::int64_t SqlitePaths::add(const PathToRecord& path) {
  const auto isps = join(path.path.isps);
  connection_.query("INSERT INTO paths(digest, printed, isps, table_version, on_net) VALUES(?, ?, ?, ?, ?)")
      .bind(Blob{path.digest}, path.path.printed, isps, path.path.table_version, path.path.on_net)
      .run();
  const auto id = connection_.last_row_id();
  std::int64_t position = 0;
  for (const auto& component : path.path.components) {
    const auto component_id = component_row(component);
    connection_
        .query(
            "INSERT INTO path_components(path_id, position, component_id, registered, label, owner, isp, into_isp, "
            "near_address, far_address, inferred) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(id, position++, component_id, component.registered, component.label, component.owner, component.isp,
              component.into, component.near_address, component.far_address, component.inferred)
        .run();
  }
  return id;
}

std::int64_t SqlitePaths::component_row(const PathComponent& component) {
  {
    auto row = connection_.query("SELECT id FROM network_components WHERE key = ?");
    if (row.bind(component.key).step()) return row.integer(0);
  }
  connection_.query("INSERT INTO network_components(key, kind) VALUES(?, ?)")
      .bind(component.key, static_cast<int>(component.kind))
      .run();
  return connection_.last_row_id();
}

Result<ResolvedPath> SqlitePaths::load(std::int64_t id) {
  ResolvedPath path;
  {
    auto row = connection_.query("SELECT printed, isps, table_version, on_net FROM paths WHERE id = ?");
    if (!row.bind(id).step()) return refuse("there is no path " + std::to_string(id));
    path.printed = row.text(0);
    path.isps = split(row.text(1));
    path.table_version = row.integer(2);
    path.on_net = row.flag(3);
  }
  auto rows = connection_.query(std::string("SELECT ") + kPathComponentColumns +
                                " FROM path_components c JOIN network_components n ON n.id = c.component_id "
                                "WHERE c.path_id = ? ORDER BY c.position");
  rows.bind(id);
  while (rows.step()) path.components.push_back(read_path_component(rows, 0));
  return path;
}

}  // namespace waybill::tracker
