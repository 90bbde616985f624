#pragma once
// Registered components as people name them. For the .cpp files of this folder.
#include <optional>
#include <set>
#include <string>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/paths/path_tables.h"

namespace waybill::tracker {

nlohmann::json component_json(const RegisteredComponent& component, const ReportNames& names);
const std::vector<SheetColumn>& component_columns();
nlohmann::json insight_json(const ComponentInsight& insight, const std::vector<RegisteredComponent>& components);
const std::vector<SheetColumn>& insight_columns();

Result<RegisteredComponent> component_named(const std::vector<RegisteredComponent>& components,
                                            const std::string& name);

// Finds the keys of the devices that insights name.
class DeviceNames {
 public:
  static Result<DeviceNames> read(Store& store);
  // A registered device's name, the address of a device on measured paths (registered or not), or such a one's key
  // ("router:SP1/10.0.0.1"). Refused where the books and the registry know none.
  Result<std::string> key_of(const std::string& text);
  const std::vector<RegisteredComponent>& components() const { return components_; }

 private:
  Result<bool> in_books(const std::string& key);
  Store* store_ = nullptr;
  std::vector<RegisteredComponent> components_;
  PathTables tables_;
};

}  // namespace waybill::tracker
