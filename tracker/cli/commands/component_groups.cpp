#include <algorithm>

#include "tracker/cli/commands/component_groups_json.h"

namespace waybill::tracker {

std::optional<ComponentKind> kind_among(const std::vector<Grouping>& groupings) {
  for (const auto grouping : groupings) {
    if (const auto kind = component_of(grouping)) return kind;
  }
  return std::nullopt;
}

void check_component_groups(Arguments& arguments, const std::vector<Grouping>& groupings) {
  const auto kinds = std::count_if(groupings.begin(), groupings.end(),
                                   [](Grouping grouping) { return component_of(grouping).has_value(); });
  if (kinds > 1) arguments.fault("group_by", "takes one kind of component of the path");
}

Result<std::vector<ComponentRow>> ask_components(Store& store, const ReportFilters& filters, ComponentKind kind,
                                                 AccountQuery question) {
  if (filters.involving) question.group_by.insert(AccountDimension::isp_pair);
  ComponentQuery components;
  components.kind = kind;
  auto rows = store.accounts().component_rows(components, question);
  if (!rows || !filters.involving) return rows;
  std::erase_if(*rows, [&](const ComponentRow& each) {
    return each.row.from.value() != *filters.involving && each.row.to.value() != *filters.involving;
  });
  return rows;
}

}  // namespace waybill::tracker
