#include <algorithm>

#include <nlohmann/json.hpp>

#include "tracker/access/narrowing_json.h"
#include "tracker/access/offer.h"
#include "tracker/reports/grouping.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

tl::unexpected<AccessRefusal> refused(std::string_view name, std::string detail) {
  return tl::make_unexpected(AccessRefusal{name, std::move(detail)});
}

// A party's question that is being narrowed.
class Question {
 public:
  Question(const Subject& subject, const OwnComponents& own, json arguments)
      : subject_(subject), own_(own), arguments_(std::move(arguments)) {}

  Permitted<json> by(Side side) {
    if (has("client")) return refused("client_ids", "a party cannot ask by client: it knows clients by pseudonyms");
    switch (side) {
      case Side::none:
        break;
      case Side::traffic:
      case Side::transfers:
        return traffic();
      case Side::balance:
        return balance();
      case Side::deliveries:
        return force(subject_.role == Role::isp ? "delivered_to" : "owner");
      case Side::components:
        return components(false);
      case Side::records:
        return components(true);
      case Side::books:
        return books();
      case Side::named:
        return force("name");
      case Side::rows:
        return arguments_;
    }
    return refused("not_offered", "this is not offered to a party");
  }

 private:
  bool has(const char* key) const { return arguments_.contains(key); }
  bool is_own(const char* key) const { return has(key) && arguments_.at(key) == subject_.name; }
  bool groups_by(std::string_view what) const {
    if (!has("group_by")) return false;
    const auto& groups = arguments_.at("group_by");
    if (!groups.is_array()) return groups == what;
    for (const auto& group : groups) {
      if (group == what) return true;
    }
    return false;
  }
  bool groups_by_component() const {
    if (!has("group_by")) return false;
    const auto& groups = arguments_.at("group_by");
    const auto by_component = [](const json& group) {
      if (!group.is_string()) return false;
      const auto read = parse_grouping(group.get<std::string>());
      return read && component_of(*read);
    };
    return groups.is_array() ? std::any_of(groups.begin(), groups.end(), by_component) : by_component(groups);
  }
  bool names_other(const char* key) const { return has(key) && arguments_.at(key) != subject_.name; }

  Permitted<json> other_party(const std::string& what) const {
    return refused("other_party", what + " is not the side of " + subject_.recipient());
  }

  // The argument is the subject's own name, whether it was given or not.
  Permitted<json> force(const char* key) {
    if (names_other(key)) return other_party(key);
    if (has("to") && std::string_view(key) == "delivered_to") {
      if (names_other("to")) return other_party("to");
      arguments_.erase("to");
    }
    arguments_[key] = subject_.name;
    return arguments_;
  }

  Permitted<json> books() {
    const bool isp = subject_.role == Role::isp;
    if (has(isp ? "owner" : "isp")) return other_party(isp ? "owner" : "isp");
    if (arguments_.value("evidence", json(false)) == true) {
      return refused("evidence", "signed receipts name clients and addresses: an auditor may read them");
    }
    return force(isp ? "isp" : "owner");
  }

  Permitted<json> traffic() {
    const bool isp = subject_.role == Role::isp;
    if (groups_by_component()) return other_party("group_by components of the path");
    // An agreement's number and volume are its ISP's: they are known of what it sent.
    if (groups_by("agreement") && !(isp && is_own("from"))) return other_party("group_by agreement without from");
    if (!isp) {
      if (has("component") || has("crossing") || has("involving")) return other_party("a network component");
      return force("owner");
    }
    const bool ends_given = has("from") || has("to") || has("delivered_to");
    const bool end_is_own = is_own("from") || is_own("to") || is_own("delivered_to");
    if (has("component")) {
      if (ends_given && !end_is_own) return other_party("traffic between two other ISPs");
      return own_component();
    }
    if (has("crossing")) return end_is_own ? Permitted<json>(arguments_) : other_party("a crossing elsewhere");
    return force("involving");
  }

  Permitted<json> balance() {
    if (has("from") && has("to") && !is_own("from") && !is_own("to")) return other_party("between two other ISPs");
    return arguments_;
  }

  Permitted<json> components(bool needs_one) {
    if (has("component")) return own_component();
    if (needs_one) arguments_["component"] = "isp:" + subject_.name;
    arguments_.erase("limit");  // own_side counts again, its own rows only
    return arguments_;
  }

  Permitted<json> own_component() {
    const auto& text = arguments_.at("component");
    const auto key = text.is_string() ? own_.key_of(text.get<std::string>()) : std::nullopt;
    if (!key) return other_party("this component");
    arguments_["component"] = *key;
    return arguments_;
  }

  const Subject& subject_;
  const OwnComponents& own_;
  json arguments_;
};

}  // namespace

Permitted<json> narrow(const Subject& subject, const OwnComponents& own, std::string_view command,
                       const json& arguments) {
  const auto* offer = find_offer(command);
  if (offer == nullptr) return refused("not_offered", "this is offered to nobody");
  if (!offered_to(*offer, subject.role)) {
    const std::string who = "the role " + std::string(name_of(subject.role));
    if (offer->effect == Effect::changes) return refused("changes", who + " changes nothing");
    return refused("not_offered", who + " has no part in this");
  }
  if (!subject.party()) return arguments;
  if (subject.name.empty() || !arguments.is_object()) return refused("not_offered", "no side is known");
  return Question(subject, own, arguments).by(subject.role == Role::isp ? offer->isp : offer->owner);
}

}  // namespace waybill::tracker
