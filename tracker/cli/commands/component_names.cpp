#include <fmt/format.h>

#include "tracker/cli/commands/component_names_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

template <typename Values>
json texts(const Values& values) {
  json all = json::array();
  for (const auto& value : values) all.push_back(value.str());
  return all;
}

}  // namespace

json component_json(const RegisteredComponent& component, const ReportNames& names) {
  json place = json::array();
  for (const auto& name : names_of(component.place)) place.push_back(name.label);
  return {{"id", component.id.value},
          {"key", component.key()},
          {"name", component.name},
          {"kind", to_string(component.kind)},
          {"owner", component.owner},
          {"isp", component.isp ? json(names.isp(component.isp)) : json(nullptr)},
          {"addresses", texts(component.addresses)},
          {"prefixes", texts(component.prefixes)},
          {"patterns", texts(component.patterns)},
          {"country", component.place.country},
          {"state", component.place.state},
          {"city", component.place.city},
          {"place", std::move(place)}};
}

const std::vector<SheetColumn>& component_columns() {
  static const std::vector<SheetColumn> kColumns{
      {"name", "NAME"},           {"kind", "KIND"},         {"owner", "OWNER"},       {"isp", "ISP"},
      {"addresses", "ADDRESSES"}, {"prefixes", "PREFIXES"}, {"patterns", "PATTERNS"}, {"place", "PLACE"}};
  return kColumns;
}

Result<RegisteredComponent> component_named(const std::vector<RegisteredComponent>& components,
                                            const std::string& name) {
  for (const auto& component : components) {
    if (component.name == name) return component;
  }
  return refuse(fmt::format("no component is named '{}'; `component list` shows those that are", name));
}

Result<DeviceNames> DeviceNames::read(Store& store) {
  DeviceNames names;
  names.store_ = &store;
  auto components = store.registry().components();
  if (!components) return pass_on(components);
  names.components_ = *std::move(components);
  auto tables = read_path_tables(store.registry());
  if (!tables) return pass_on(tables);
  names.tables_ = *std::move(tables);
  return names;
}

Result<bool> DeviceNames::in_books(const std::string& key) {
  ComponentQuery query;
  query.key = key;
  const auto sums = store_->accounts().component_sums(query);
  if (!sums) return tl::make_unexpected(sums.error());
  return !sums->empty() && is_device(sums->front().kind);
}

Result<std::string> DeviceNames::key_of(const std::string& text) {
  for (const auto& component : components_) {
    if (component.name == text && is_device(component.kind)) return component.key();
    if (component.key() == text && is_device(component.kind)) return component.key();
  }
  std::string key = text;
  if (const auto address = IpAddress::parse(text)) {
    const auto match = tables_.match(*address, {});
    if (match.device != nullptr) return match.device->key();
    key = "router:" + address->str();
  }
  const auto known = in_books(key);
  if (!known) return tl::make_unexpected(known.error());
  if (*known) return key;
  return refuse(
      fmt::format("no router or other device is known as '{}'; `component list` and `records` show them", text));
}

}  // namespace waybill::tracker
