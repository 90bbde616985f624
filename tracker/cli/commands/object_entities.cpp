#include <algorithm>

#include "tracker/cli/commands/object_entities_json.h"

namespace waybill::tracker {

namespace {

class EntityResolver {
 public:
  explicit EntityResolver(Store& store) : store_(store) {}
  Status component(const std::string& key);
  Status client(const std::string& name);
  Status pair(const std::string& text);
  Status isp(EntityKind kind, const std::string& name);
  std::vector<ObjectEntity> take() { return std::move(entities_); }

 private:
  Result<IspId> known_isp(const std::string& name);
  void add(const ObjectEntity& entity);
  Store& store_;
  std::vector<ObjectEntity> entities_;
};

void EntityResolver::add(const ObjectEntity& entity) {
  if (std::find(entities_.begin(), entities_.end(), entity) == entities_.end()) entities_.push_back(entity);
}

Result<IspId> EntityResolver::known_isp(const std::string& name) {
  auto found = store_.registry().find_isp(name);
  if (!found) return tl::make_unexpected(found.error());
  return found->id;
}

// Registered, an ISP, or seen on a path.
Status EntityResolver::component(const std::string& key) {
  auto components = store_.registry().components();
  if (!components) return tl::make_unexpected(components.error());
  bool known = false;
  for (const auto& component : *components) known |= component.key() == key;
  if (!known && key.rfind("isp:", 0) == 0) {
    if (auto isp = known_isp(key.substr(4)); !isp) return tl::make_unexpected(isp.error());
    known = true;
  }
  if (!known) {
    ComponentQuery query;
    query.key = key;
    auto sums = store_.accounts().component_sums(query);
    if (!sums) return tl::make_unexpected(sums.error());
    known = !sums->empty();
  }
  if (!known) return refuse("no component " + key + " is registered or was seen on a path: see `component list`");
  add({EntityKind::component, key, {}, {}, {}});
  return {};
}

Status EntityResolver::client(const std::string& name) {
  auto agent = agent_named(store_.registry(), name);
  if (!agent) return tl::make_unexpected(agent.error());
  add({EntityKind::client, {}, *agent, {}, {}});
  return {};
}

Status EntityResolver::pair(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return refuse("'" + text + "' is no pair of ISPs: write SP1:SP2");
  auto first = known_isp(text.substr(0, colon));
  if (!first) return tl::make_unexpected(first.error());
  auto second = known_isp(text.substr(colon + 1));
  if (!second) return tl::make_unexpected(second.error());
  if (*first == *second) return refuse("there is no link between an ISP and itself: name two ISPs");
  add({EntityKind::isp_pair, {}, {}, std::min(*first, *second), std::max(*first, *second)});
  return {};
}

Status EntityResolver::isp(EntityKind kind, const std::string& name) {
  auto isp = known_isp(name);
  if (!isp) return tl::make_unexpected(isp.error());
  add({kind, {}, {}, *isp, {}});
  return {};
}

template <typename Resolve>
Status for_all(const std::vector<std::string>& texts, Resolve resolve) {
  for (const auto& text : texts) {
    if (auto resolved = resolve(text); !resolved) return resolved;
  }
  return {};
}

}  // namespace

EntityArguments EntityArguments::read(Arguments& arguments) {
  return {arguments.list("link"),      arguments.list("client"), arguments.list("isp"),
          arguments.list("isp_pair"),  arguments.list("place"),  arguments.list("agreements_of"),
          arguments.list("clients_of")};
}

Result<std::vector<ObjectEntity>> EntityArguments::resolve(Store& store) const {
  EntityResolver resolver(store);
  const auto component = [&](const std::string& prefix) {
    return [&resolver, prefix](const std::string& name) { return resolver.component(prefix + name); };
  };
  const auto isp = [&](EntityKind kind) {
    return [&resolver, kind](const std::string& name) { return resolver.isp(kind, name); };
  };
  Status status = for_all(links, component(""));
  if (status) status = for_all(clients, [&](const std::string& name) { return resolver.client(name); });
  if (status) status = for_all(isps, component("isp:"));
  if (status) status = for_all(isp_pairs, [&](const std::string& text) { return resolver.pair(text); });
  if (status) status = for_all(places, component("place:"));
  if (status) status = for_all(agreements_of, isp(EntityKind::agreements_of));
  if (status) status = for_all(clients_of, isp(EntityKind::clients_of));
  if (!status) return tl::make_unexpected(status.error());
  auto entities = resolver.take();
  if (entities.empty()) {
    return refuse(
        "an object over nothing: name a --link, --client, --isp, --isp-pair, --place, --agreements-of or "
        "--clients-of");
  }
  return entities;
}

FilterArguments FilterArguments::read(Arguments& arguments) {
  FilterArguments filter;
  filter.owner = arguments.text("owner");
  filter.content = arguments.text("content");
  filter.content_class = arguments.read_as("class", [](const std::string& text) { return parse_content_class(text); });
  filter.between = arguments.read_as("between", [](const std::string& text) { return parse_day_hours(text); });
  filter.on_net = arguments.flag("on_net");
  filter.off_net = arguments.flag("off_net");
  return filter;
}

Result<ObjectFilter> FilterArguments::resolve(Store& store) const {
  ObjectFilter filter;
  if (on_net && off_net) return refuse("nothing is on-net and off-net: give one of --on-net and --off-net");
  if (on_net || off_net) filter.on_net = on_net;
  filter.owner = owner;
  filter.content_class = content_class;
  if (between) {
    if (between->from_minute % 15 != 0 || between->to_minute % 15 != 0) {
      return refuse("bytes are counted by quarters of an hour: --between begins and ends at :00, :15, :30 or :45");
    }
    filter.hours = {{between->from_minute, between->to_minute}};
  }
  auto contents = store.registry().contents();
  if (!contents) return tl::make_unexpected(contents.error());
  if (owner && std::none_of(contents->begin(), contents->end(), [&](const auto& one) { return one.owner == *owner; })) {
    return refuse("no content of owner " + *owner + " was published");
  }
  if (!content) return filter;
  auto found = content_named(store.registry(), *content);
  if (!found) return tl::make_unexpected(found.error());
  if (owner && found->owner != *owner) return refuse("nothing passes: content " + *content + " is of another owner");
  if (content_class && found->content_class != *content_class) {
    return refuse("nothing passes: content " + *content + " is of another class");
  }
  filter.content = found->id;
  return filter;
}

}  // namespace waybill::tracker
