#include "tracker/api/registry_view.h"

#include "tracker/api/policy_view.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

IspId RegistryView::isp_of(const IpAddress& address) const { return paths.isp_of(address).value_or(IspId{}); }

std::string RegistryView::isp_name(IspId id) const { return id ? paths.isp_name(id) : std::string(); }

Result<std::shared_ptr<const RegistryView>> read_registry_view(Store& store, std::optional<TimeMs> use_at,
                                                               const std::filesystem::path& data) {
  auto& registry = store.registry();
  auto view = std::make_shared<RegistryView>();
  const auto version = registry.registry_version();  // first: what changes meanwhile is found by whoever compares later
  if (!version) return tl::make_unexpected(version.error());
  view->version = *version;
  auto isps = registry.isps();
  if (!isps) return tl::make_unexpected(isps.error());
  view->isps = std::move(*isps);
  auto agreements = registry.agreements();
  if (!agreements) return tl::make_unexpected(agreements.error());
  view->agreements = std::move(*agreements);
  auto agreed = read_agreement_view(store);
  if (!agreed) return tl::make_unexpected(agreed.error());
  view->agreed = std::move(*agreed);
  const auto contents = registry.contents();
  if (!contents) return tl::make_unexpected(contents.error());
  for (const auto& content : *contents) view->contents.emplace(content.id, content);
  const auto agents = registry.agents();
  if (!agents) return tl::make_unexpected(agents.error());
  for (const auto& agent : *agents) view->agents.emplace(agent.key, agent);
  auto subscribers = store.stock_clients().subscribers();
  if (!subscribers) return tl::make_unexpected(subscribers.error());
  for (auto& each : *subscribers) {
    if (!each.revoked) view->subscribers.emplace(each.key_hash, each);
  }
  const auto twins = store.stock_clients().twins();
  if (!twins) return tl::make_unexpected(twins.error());
  for (const auto& twin : *twins) view->twins.emplace(twin.hash, twin.content);
  auto files = registry.network_files();
  if (!files) return tl::make_unexpected(files.error());
  view->networks = open_networks(data, std::move(*files));
  auto paths = read_path_tables(registry, view->networks->routes);
  if (!paths) return tl::make_unexpected(paths.error());
  view->paths = std::move(*paths);
  auto policies = read_policies(store, view->isps);
  if (!policies) return tl::make_unexpected(policies.error());
  view->policies = std::move(*policies);
  if (use_at) {
    auto use = read_policy_use(store, view->policies, *use_at);
    if (!use) return tl::make_unexpected(use.error());
    view->policy_use = std::move(*use);
    auto owner_use = read_owner_use(store, view->agreed.contracts, *use_at);
    if (!owner_use) return tl::make_unexpected(owner_use.error());
    view->owner_use = std::move(*owner_use);
  }
  return view;
}

}  // namespace waybill::tracker
