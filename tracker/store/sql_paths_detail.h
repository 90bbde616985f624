#pragma once
// Resolved paths, each stored once. Many receipts share few paths: the digest of a known one costs a look-up.
#include <map>
#include <optional>
#include <vector>

#include "common/types/bounded_cache.h"
#include "tracker/store/evidence.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlPaths {
 public:
  explicit SqlPaths(SqlConnection& connection) : connection_(connection) {}

  // The row of each path, added where it is unknown. Inside a write.
  std::vector<std::int64_t> intern(const std::vector<const PathToRecord*>& paths);
  Result<ResolvedPath> load(std::int64_t id);

 private:
  struct NewPath {
    const PathToRecord* record = nullptr;
    std::optional<std::int64_t> row = {};
  };
  void find(std::map<ByteString, NewPath>& paths);
  void add(std::map<ByteString, NewPath>& paths);
  void add_components(const std::vector<NewPath*>& paths);

  SqlConnection& connection_;
  BoundedCache<ByteString, std::int64_t> known_{1 << 16};
  std::int64_t rollbacks_ = 0;  // of the connection when known_ was last valid
};

// The columns of path_components `c` and network_components `n` that make a PathComponent, from column `first` on.
inline constexpr char kPathComponentColumns[] =
    "n.kind, c.registered, n.key, c.label, c.owner, c.isp, c.into_isp, c.near_address, c.far_address, c.inferred, "
    "c.isp_source";
inline constexpr int kPathComponentColumnCount = 11;
PathComponent read_path_component(const SqlRow& row, int first);

}  // namespace waybill::tracker
