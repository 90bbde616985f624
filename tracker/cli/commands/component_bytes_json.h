#pragma once
// Bytes that a network component carried: from its counters or, where the question is of a client or of the ISPs at the
// ends of the path, from its records (FIG. 5). For the .cpp files of this folder.
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tracker/cli/commands/report_filters_json.h"

namespace waybill::tracker {

std::span<const ComponentKind> component_kinds();  // every kind that a path may show

// Read into memory for one answer; beyond it the question is refused with the advice to narrow its window.
inline constexpr std::int64_t kMaxRecordsRead = 1'000'000;

// The keys that a component may have: the text itself where it is one ("router:core1"), else of each kind with it as
// the name.
std::vector<std::string> component_keys(const std::string& text);

// Refuses a component that no record names and nobody registered: a misspelt name would read as zero bytes.
Status check_component(AdministrationContext& context, const std::optional<std::string>& component);

// Which records: those of one component, of every component of a kind, or, `crossing`, of all inter-ISP links from
// filters.from into filters.to, whatever the ends of the path. Otherwise these two are the ISPs at the ends of the
// path.
struct RecordsOf {
  std::optional<std::string> component;
  bool crossing = false;
  std::optional<ComponentKind> kind;
};
// Refused: more than kMaxRecordsRead of them.
Status visit_records(AdministrationContext& context, const ReportFilters& filters, const RecordsOf& of,
                     const std::function<void(const ComponentRecord&)>& visit);
Result<Counters> component_bytes(AdministrationContext& context, const ReportFilters& filters, const RecordsOf& of);

}  // namespace waybill::tracker
