#include "tracker/paths/resolved_path.h"

#include <fmt/format.h>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

struct KindName {
  ComponentKind kind;
  std::string_view name;
};

constexpr KindName kKindNames[] = {
    {ComponentKind::isp, "isp"},
    {ComponentKind::router, "router"},
    {ComponentKind::link, "link"},
    {ComponentKind::network_switch, "switch"},
    {ComponentKind::host, "host"},
    {ComponentKind::inter_isp_link, "inter-isp-link"},
    {ComponentKind::place, "place"},
    {ComponentKind::country, "country"},
    {ComponentKind::state, "state"},
    {ComponentKind::city, "city"},
    {ComponentKind::autonomous_system, "as"},
};

}  // namespace

std::string_view to_string(IspSource source) { return source == IspSource::bgp ? "BGP" : "registry"; }

std::string_view to_string(ComponentKind kind) {
  for (const auto& entry : kKindNames) {
    if (entry.kind == kind) return entry.name;
  }
  WAYBILL_ASSERT(false, "a component kind without a name");
  return {};
}

Result<ComponentKind> parse_component_kind(std::string_view text) {
  for (const auto& entry : kKindNames) {
    if (entry.name == text) return entry.kind;
  }
  if (text == "inter-as-link") return ComponentKind::inter_isp_link;
  return refuse(fmt::format(
      "'{}' is no kind of network component: use as, isp, router, switch, link, inter-isp-link, host, country, state, "
      "city or place",
      text));
}

}  // namespace waybill::tracker
