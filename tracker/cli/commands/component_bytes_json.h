#pragma once
// Bytes that a network component carried: from its counters or, where the question is of a client or of the ISPs at the
// ends of the path, from the receipts. For the .cpp files of this folder.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tracker/cli/commands/report_filters_json.h"

namespace waybill::tracker {

std::span<const ComponentKind> component_kinds();  // every kind that a path may show

// The keys that a component may have: the text itself where it is one ("router:core1"), else of each kind with it as
// the name.
std::vector<std::string> component_keys(const std::string& text);

// Refuses a component that no record names and nobody registered: a misspelt name would read as zero bytes.
Status check_component(AdministrationContext& context, const std::optional<std::string>& component);

// At one component or, `crossing`, at all inter-ISP links from filters.from into filters.to, whatever the ends of the
// path. Otherwise these two are the ISPs at the ends of the path.
struct CarriedBy {
  std::optional<std::string> component;
  bool crossing = false;
};
Result<Counters> component_bytes(AdministrationContext& context, const ReportFilters& filters, const CarriedBy& by);

}  // namespace waybill::tracker
