#include <map>
#include <sstream>

#include "tracker/store/sql_paths_detail.h"

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

PathComponent read_path_component(const SqlRow& row, int first) {
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
  component.isp_source = static_cast<IspSource>(row.integer(first + 10));
  return component;
}

std::vector<std::int64_t> SqlPaths::intern(const std::vector<const PathToRecord*>& paths) {
  if (rollbacks_ != connection_.rollbacks()) {
    known_.clear();
    rollbacks_ = connection_.rollbacks();
  }
  std::vector<std::int64_t> rows(paths.size());
  std::map<ByteString, NewPath> unknown;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto& path = *paths[i];
    if (const auto* id = known_.find(path.digest)) {
      rows[i] = *id;
    } else {
      unknown.try_emplace(path.digest, NewPath{&path});
    }
  }
  if (unknown.empty()) return rows;
  find(unknown);
  add(unknown);
  for (const auto& [digest, path] : unknown) known_.put(digest, *path.row);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (rows[i] == 0) rows[i] = *unknown.at(paths[i]->digest).row;
  }
  return rows;
}

void SqlPaths::find(std::map<ByteString, NewPath>& paths) {
  auto found = connection_.find_many("SELECT id FROM paths WHERE digest = ?");
  std::vector<NewPath*> asked;
  for (auto& [digest, path] : paths) {
    if (path.row) continue;
    found.add(Blob{digest});
    asked.push_back(&path);
  }
  while (found.step()) asked[found.index()]->row = found.integer(0);
}

// Those without a row, in the order of their digests, so that two trackers that add the same ones never wait for each
// other. A path that another tracker added meanwhile has its components, too, once we see it.
void SqlPaths::add(std::map<ByteString, NewPath>& paths) {
  std::vector<NewPath*> added;
  for (auto& [digest, path] : paths) {
    if (path.row) continue;
    const auto& resolved = path.record->path;
    const auto isps = join(resolved.isps);
    auto insert = connection_.query(
        "INSERT INTO paths(digest, printed, isps, table_version, on_net) VALUES(?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING RETURNING id");
    insert.bind(Blob{digest}, resolved.printed, isps, resolved.table_version, resolved.on_net);
    if (!insert.step()) continue;
    path.row = insert.integer(0);
    added.push_back(&path);
  }
  find(paths);
  add_components(added);
}

void SqlPaths::add_components(const std::vector<NewPath*>& paths) {
  std::map<std::string, std::int64_t> components;
  std::map<std::string, ComponentKind> kinds;
  for (const auto* path : paths) {
    for (const auto& component : path->record->path.components) kinds.emplace(component.key, component.kind);
  }
  auto inserts =
      connection_.insert_many("INSERT INTO network_components(key, kind) VALUES(?, ?) ON CONFLICT DO NOTHING");
  for (const auto& [key, kind] : kinds) inserts.add(key, static_cast<int>(kind));
  inserts.run();
  auto found = connection_.find_many("SELECT id, key FROM network_components WHERE key = ?");
  for (const auto& [key, kind] : kinds) found.add(key);
  while (found.step()) components[found.text(1)] = found.integer(0);
  auto rows = connection_.insert_many(
      "INSERT INTO path_components(path_id, position, component_id, registered, label, owner, isp, into_isp, "
      "near_address, far_address, inferred, isp_source) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto* path : paths) {
    std::int64_t position = 0;
    for (const auto& component : path->record->path.components) {
      rows.add(*path->row, position++, components.at(component.key), component.registered, component.label,
               component.owner, component.isp, component.into, component.near_address, component.far_address,
               component.inferred, static_cast<int>(component.isp_source));
    }
  }
  rows.run();
}

Result<ResolvedPath> SqlPaths::load(std::int64_t id) {
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
