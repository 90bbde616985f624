#include "tracker/paths/path_resolver.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/paths/hop_marks.h"

namespace waybill::tracker {

namespace {

using protocol::Hop;
using protocol::HopSide;

class Resolver {
 public:
  explicit Resolver(const PathTables& tables) : tables_(tables) { result_.table_version = tables.version(); }

  // The sender's end.
  void start(IspId isp, const IpAddress& source) {
    near_ = source;
    if (isp) enter(isp, source);
    add_registered(tables_.match_end(source));
  }

  // `suspect`: its address may be a third party's.
  void pass(const Hop& hop, bool suspect = false) {
    if (!hop.address) {
      gap_ = true;
      neighbour_.reset();
      print("*");
      return;
    }
    const bool between = hop.side == HopSide::network;
    const auto match = between ? tables_.match(*hop.address, hop.name) : tables_.match_end(*hop.address);
    print(match.device != nullptr ? match.device->name : label_of(hop));
    // The receiver's ISP is the tracker's word, in finish(). A private address says nothing about where it is.
    if (hop.side == HopSide::receiver) {
      receiver_seen_ = true;
      return;
    }
    if (hop.side == HopSide::customer) {
      if (!add_registered(match)) neighbour_.reset();
      saw(*hop.address);
      return;
    }
    const auto placed = place(match, *hop.address);
    const IspId isp = placed.isp;
    if (suspect) gap_ = true;
    enter(isp, *hop.address, placed.source);
    // A private address is inside the network before it, unless silence or a stranger is between the two; a public one
    // of nobody's may be another network's.
    const bool stranger = !isp && (gap_ || !hop.address->is_private());
    if (match.device == nullptr) add_router(hop, stranger ? IspId{} : current_, isp ? placed.source : current_source_);
    add_registered(match);
    if (stranger) {
      gap_ = true;
    } else {
      saw(*hop.address);
    }
    if (suspect) gap_ = true;
  }

  ResolvedPath finish(IspId destination_isp, const IpAddress& destination) {
    // Without the receiver's own answer there may be more networks between the last hop and it.
    if (!receiver_seen_) {
      gap_ = true;
      neighbour_.reset();
    }
    if (destination_isp) enter(destination_isp, destination);
    add_registered(tables_.match_end(destination));
    return std::move(result_);
  }

 private:
  void saw(const IpAddress& address) {
    near_ = address;
    gap_ = false;
  }

  static std::string label_of(const Hop& hop) { return hop.name.empty() ? hop.address->str() : hop.name; }

  PlacedHop place(const HopMatch& match, const IpAddress& address) const {
    if (match.device != nullptr && match.device->isp) return {match.device->isp, IspSource::registry};
    return tables_.place(address);
  }

  void enter(IspId isp, const IpAddress& first_address, IspSource source = IspSource::registry) {
    if (!isp || isp == current_) return;
    if (current_) add_border(isp, first_address, std::max(source, current_source_));
    current_ = isp;
    current_source_ = source;
    result_.isps.push_back(isp);
    const auto name = tables_.isp_name(isp);
    PathComponent component;
    component.kind = ComponentKind::isp;
    component.key = "isp:" + name;
    component.label = component.owner = name;
    component.isp = isp;
    component.isp_source = source;
    take_owner(component);
    add(std::move(component));
  }

  void add_border(IspId into, const IpAddress& first_address, IspSource source) {
    PathComponent link;
    link.kind = ComponentKind::inter_isp_link;
    link.label = fmt::format("{}>{}", tables_.isp_name(current_), tables_.isp_name(into));
    link.key = fmt::format("{}:{}", to_string(link.kind), link.label);
    link.owner = tables_.isp_name(current_);
    link.isp = current_;
    link.into = into;
    link.near_address = near_;
    link.far_address = first_address;
    link.inferred = gap_ || tables_.never_adjacent(current_, into);
    link.isp_source = source;
    take_owner(link);
    add(std::move(link));
  }

  // False where there is no device of that address.
  bool add_registered(const HopMatch& match) {
    if (match.device != nullptr) {
      const IspId isp = match.device->isp ? match.device->isp : current_;
      cross(match.device->key(), isp);
      add_component(*match.device, isp);
    }
    for (const auto* area : match.areas) add_component(*area, area->isp);
    return match.device != nullptr;
  }

  void add_component(const RegisteredComponent& known, IspId isp) {
    PathComponent component;
    component.kind = known.kind;
    component.registered = known.id;
    component.key = known.key();
    component.label = known.name;
    // A registered link between two ISPs is a component beside the border that the path shows, which has both of them:
    // in a sum over borders the bytes count once.
    if (known.kind != ComponentKind::inter_isp_link) component.isp = isp;
    component.owner = !known.owner.empty() ? known.owner : owner_of(isp);
    add(std::move(component));
    for (const auto& name : names_of(known.place)) add_place(name);
  }

  void add_place(const PlaceName& name) {
    PathComponent place;
    place.kind = name.kind;
    place.key = name.key;
    place.label = name.label;
    take_owner(place);
    add(std::move(place));
  }

  void add_router(const Hop& hop, IspId isp, IspSource source) {
    PathComponent router;
    router.kind = ComponentKind::router;
    router.isp = isp;
    router.isp_source = isp ? source : IspSource::registry;
    router.owner = owner_of(isp);
    router.label = label_of(hop);
    // Every ISP may use the same private addresses, so its name is part of the identity.
    const auto text = hop.address->str();
    router.key = hop.address->is_private() ? fmt::format("router:{}/{}", router.owner, text) : "router:" + text;
    cross(router.key, isp);
    add(std::move(router));
  }

  // From the device before, where nothing silent was between: adds what is known to lie there.
  void cross(const std::string& key, IspId isp) {
    if (neighbour_) {
      const IspId shared = neighbour_->isp == isp ? isp : IspId{};
      for (const auto* known : tables_.between(neighbour_->key, key)) {
        add_component(*known, known->isp ? known->isp : shared);
      }
    }
    neighbour_ = Neighbour{key, isp};
  }

  // What an operator registered under the very key of a component that paths show anyway.
  void take_owner(PathComponent& component) const {
    const auto* known = tables_.registered_as(component.key);
    if (known == nullptr) return;
    component.registered = known->id;
    if (!known->owner.empty()) component.owner = known->owner;
  }

  std::string owner_of(IspId isp) const { return isp ? tables_.isp_name(isp) : std::string(); }

  // A path that comes back to a network crosses the same component; its bytes count for it once.
  void add(PathComponent component) {
    const auto same_key = [&](const PathComponent& other) { return other.key == component.key; };
    if (std::none_of(result_.components.begin(), result_.components.end(), same_key)) {
      result_.components.push_back(std::move(component));
    }
  }

  void print(const std::string& label) {
    if (!result_.printed.empty()) result_.printed += ' ';
    result_.printed += label;
  }

  struct Neighbour {
    std::string key;
    IspId isp;
  };

  const PathTables& tables_;
  ResolvedPath result_;
  std::optional<Neighbour> neighbour_;  // the device before, where the next one follows it
  IspId current_;
  IspSource current_source_ = IspSource::registry;
  IpAddress near_;    // the last address placed, for the near side of a border
  bool gap_ = false;  // silence or a stranger since then
  bool receiver_seen_ = false;
};

}  // namespace

ResolvedPath resolve(const protocol::Path& path, IspId source_isp, IspId destination_isp, const PathTables& tables) {
  Resolver resolver(tables);
  resolver.start(source_isp, path.source);
  const auto marks = mark_hops(path, {path.source, source_isp, destination_isp}, tables);
  int expected_ttl = 1;
  for (std::size_t i = 0; i < path.hops.size(); ++i) {
    const auto& hop = path.hops[i];
    // A TTL that is left out is as silent as one that says so. A TTL is one byte (RFC 791 3.1).
    for (; expected_ttl < std::min(hop.ttl, 256); ++expected_ttl) resolver.pass(Hop{});
    resolver.pass(hop, marks[i].contains(HopMark::third_party));
    expected_ttl = hop.ttl + 1;
  }
  auto result = resolver.finish(destination_isp, path.destination);
  result.on_net = source_isp && source_isp == destination_isp;
  return result;
}

}  // namespace waybill::tracker
