// What is known of networks beyond the registry.
#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

Status SqlRegistry::set_network_file(const NetworkFile& file) {
  return connection_.write([&]() -> Status {
    connection_
        .query(
            "INSERT INTO network_files(kind, sha256, source, date_ms, loaded_ms, facts) VALUES(?, ?, ?, ?, ?, ?) "
            "ON CONFLICT(kind) DO UPDATE SET sha256 = excluded.sha256, source = excluded.source, "
            "date_ms = excluded.date_ms, loaded_ms = excluded.loaded_ms, facts = excluded.facts")
        .bind(static_cast<int>(file.kind), file.sha256, file.source, file.date, file.loaded, file.facts)
        .run();
    raise_table_version();
    return {};
  });
}

Result<std::vector<NetworkFile>> SqlRegistry::network_files() {
  return connection_.read([&]() -> Result<std::vector<NetworkFile>> {
    std::vector<NetworkFile> all;
    auto rows =
        connection_.query("SELECT kind, sha256, source, date_ms, loaded_ms, facts FROM network_files ORDER BY kind");
    while (rows.step()) {
      all.push_back({static_cast<NetworkFileKind>(rows.integer(0)), rows.text(1), rows.text(2), rows.time(3),
                     rows.time(4), rows.text(5)});
    }
    return all;
  });
}

Result<bool> SqlRegistry::remove_network_file(NetworkFileKind kind) {
  return connection_.write([&]() -> Result<bool> {
    const bool removed =
        connection_.query("DELETE FROM network_files WHERE kind = ?").bind(static_cast<int>(kind)).run() > 0;
    if (removed) raise_table_version();
    return removed;
  });
}

}  // namespace waybill::tracker
