#pragma once
// The hops of a measured path, one row each, with what detectors say of their addresses and the marks that they bear.
#include <memory>

#include <nlohmann/json.hpp>

#include "tracker/cli/administration.h"
#include "tracker/paths/hop_marks.h"
#include "tracker/routing/networks.h"

namespace waybill::tracker {

struct KnownWorld {
  PathTables tables;
  std::shared_ptr<const Networks> networks;
};
Result<KnownWorld> read_known_world(AdministrationContext& context);

nlohmann::json hop_rows(const protocol::Path& path, const MarkedEnds& ends, const KnownWorld& known);

nlohmann::json place_json(const Place& place);  // null where nothing is known
std::string place_text(const Place& place);

}  // namespace waybill::tracker
