#pragma once
// Records resolved again: a receipt's path is derived from its raw hops and the tables of its time; on request it moves
// to what later tables make of it. The receipt itself, as evidence, never changes, and what its records were is kept.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/protocol/receipt.h"
#include "common/types/units.h"
#include "tracker/store/evidence.h"

namespace waybill::tracker {

struct PathMove {
  protocol::ReceiptId receipt;
  std::int64_t from = 0;  // as StoredReceipt::path
  std::shared_ptr<const PathToRecord> to;
};

struct RecordResolution {
  std::int64_t id = 0;
  TimeMs happened{};
  TimeMs since{};  // the window of the receipts' ends
  std::optional<TimeMs> until = {};
  std::int64_t table_version = 0;  // of the tables that resolved them again
  std::int64_t receipts = 0;       // looked at
  std::int64_t changed = 0;        // moved to another path
  bool operator==(const RecordResolution&) const = default;
};

class RecordResolutions {
 public:
  virtual ~RecordResolutions() = default;

  // All moves, or none; the id is assigned, `changed` is counted. Refused where a receipt is not known by the path that
  // it moves from, or comes twice.
  virtual Result<RecordResolution> apply(const RecordResolution& resolution, const std::vector<PathMove>& moves) = 0;
  virtual Result<std::vector<RecordResolution>> all() = 0;  // by id
};

// The tables that paths are resolved by, as the registry stands. Inside a transaction where they must be of one moment.
class Registry;
class PathTables;
class RoutingTable;
Result<PathTables> read_path_tables(Registry& registry, std::shared_ptr<const RoutingTable> routes = nullptr);

}  // namespace waybill::tracker
