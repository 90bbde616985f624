#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "tracker/access/narrowing_json.h"
#include "tracker/access/offer.h"
#include "tracker/access/own_side_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::string_view kClientKeys[] = {"client", "sender", "receiver", "agent"};
constexpr std::string_view kAddressKeys[] = {"sender_address", "receiver_address", "address"};
constexpr std::size_t kAgentKeyDigits = 64;

tl::unexpected<AccessRefusal> unknown() {
  return tl::make_unexpected(AccessRefusal{"unknown", "there is no such thing on this side"});
}

std::string text_of(const json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

template <std::size_t Size>
bool one_of(std::string_view key, const std::string_view (&keys)[Size]) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

bool is_agent_key(const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == kAgentKeyDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Pseudonyms stay; keys of agents, and addresses, do not.
void mask_clients(json& value) {
  for (auto& [key, item] : value.items()) {
    if (item.is_structured()) {
      mask_clients(item);
    } else if (value.is_object() && (one_of(key, kAddressKeys) || (one_of(key, kClientKeys) && is_agent_key(item)))) {
      item = nullptr;
    }
  }
}

class SideOfAnswer {
 public:
  SideOfAnswer(const Subject& subject, const OwnComponents& own) : subject_(subject), own_(own) {}

  // False: the thing that was asked for is not the party's.
  bool cut(std::string_view command, const json& asked, json& result) const {
    if (command == "report components" || command == "report series" || command == "report percentile") {
      cut_components(asked, result);
    } else if (command == "records") {
      keep(result, "records", [this](json& row) { return mask_record(row); });
    } else if (command == "transfers") {
      keep(result, "transfers", [this](json& row) { return mask_transfer(row); });
    } else if (command == "isp list") {
      keep(result, "isps", [this](const json& row) { return text_of(row, "name") == subject_.name; });
    } else if (command == "component list" || command == "component show") {
      keep(result, "components", [this](const json& row) { return text_of(row, "isp") == subject_.name; });
      result.erase("insights");  // they name neighbours' devices
      return command == "component list" || !result.at("components").empty();
    } else if (command == "policy list") {
      keep(result, "policies", [this](const json& row) { return is_own_policy(row); });
    } else if (command == "alert list") {
      keep(result, "alerts", [this](const json& row) { return is_own_alert(row); });
    } else if (command == "alert show") {
      result.erase("deliveries");  // they name the operator's channels
      return is_own_alert(result.at("alert"));
    } else if (command == "content show") {
      keep(result, "contents", [this](const json& row) { return text_of(row, "owner") == subject_.name; });
      return !result.at("contents").empty();
    } else if (command == "invoice show") {
      const auto& party = result.at("invoice").at("party");
      return text_of(party, "name") == subject_.name && text_of(party, "kind") == name_of(subject_.role);
    }
    return true;
  }

 private:
  template <typename Keep>
  static void keep(json& result, const char* key, Keep keep_row) {
    auto kept = json::array();
    for (auto& row : result.at(key)) {
      if (keep_row(row)) kept.push_back(std::move(row));
    }
    result[key] = std::move(kept);
  }

  void cut_components(const json& asked, json& result) const {
    keep(result, "rows", [this](const json& row) { return own_.owns(text_of(row, "component")); });
    result.erase("left_out");
    const auto text = text_of(asked, "limit");
    std::size_t limit = 0;
    std::from_chars(text.data(), text.data() + text.size(), limit);
    auto& rows = result.at("rows");
    if (limit > 0 && rows.size() > limit) {
      result["left_out"] = {{"rows", rows.size() - limit}};
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
    }
  }

  bool mask_ends(json& row) const {
    const bool own_end = text_of(row, "from") == subject_.name || text_of(row, "to") == subject_.name;
    if (!own_end) row["from"] = row["to"] = nullptr;  // it went through, from one other ISP to another
    row["path"] = own_.masked_path(text_of(row, "path"));
    row["order"] = nullptr;  // the same in everybody's books: two parties could tie theirs together
    if (row.contains("sequence")) row["sequence"] = nullptr;
    return own_end;
  }

  // Records of one component were asked for, which is its own (narrow).
  bool mask_record(json& row) const {
    mask_ends(row);
    return true;
  }

  bool mask_transfer(json& row) const {
    auto components = json::array();
    for (const auto& key : row.at("components")) {
      if (own_.owns(key.get<std::string>())) components.push_back(key);
    }
    row["components"] = std::move(components);
    row.erase("hops");  // every network's routers stand in them
    return mask_ends(row);
  }

  bool is_own_policy(const json& row) const {
    return text_of(row, "isp") == subject_.name || own_.owns(text_of(row, "component"));
  }

  bool is_own_alert(const json& row) const {
    const auto measures = row.find("measures");
    if (measures == row.end() || !measures->contains("traffic")) return false;
    const auto& traffic = measures->at("traffic");
    if (traffic.contains("client")) return false;
    return text_of(traffic, "from") == subject_.name || text_of(traffic, "to") == subject_.name ||
           own_.owns(text_of(traffic, "component"));
  }

  const Subject& subject_;
  const OwnComponents& own_;
};

}  // namespace

Permitted<json> own_side(const Subject& subject, const OwnComponents& own, std::string_view command, const json& asked,
                         json answer) {
  if (!subject.party()) return answer;
  const auto* offer = find_offer(command);
  if (offer == nullptr) return unknown();
  if (answer.value("ok", json(false)) != true) {
    const auto side = subject.role == Role::isp ? offer->isp : offer->owner;
    const bool known = side != Side::rows || answer.value("exit", json(1)) != 1;
    return known ? Permitted<json>(std::move(answer)) : unknown();
  }
  answer.erase("lines");
  answer.erase("notes");
  auto& result = answer.at("result");
  if (!SideOfAnswer(subject, own).cut(command, asked, result)) return unknown();
  mask_clients(result);
  return answer;
}

}  // namespace waybill::tracker
