#pragma once
// The entities and the filter of an accounting object: as typed, and as the registry knows them. For the .cpp files of
// this folder.
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/reports/day_hours.h"
#include "tracker/store/objects.h"

namespace waybill::tracker {

struct EntityArguments {
  std::vector<std::string> links, clients, isps, isp_pairs, places, agreements_of, clients_of;
  static EntityArguments read(Arguments& arguments);
  // Refused: nothing named, a name that is unknown, the same ISP twice in a pair. Each entity once.
  Result<std::vector<ObjectEntity>> resolve(Store& store) const;
};

struct FilterArguments {
  std::optional<std::string> owner, content;
  std::optional<ContentClass> content_class;
  std::optional<DayHours> between;
  bool on_net = false, off_net = false;
  static FilterArguments read(Arguments& arguments);
  // Refused: unknown names, on-net and off-net at once, a content that is of another owner or class, hours that are no
  // whole quarters.
  Result<ObjectFilter> resolve(Store& store) const;
};

}  // namespace waybill::tracker
