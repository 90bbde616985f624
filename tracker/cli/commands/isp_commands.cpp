#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/policy/grant.h"
#include "tracker/routing/as_path.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json isp_json(const Isp& isp) {
  json prefixes = json::array();
  for (const auto& prefix : isp.prefixes) prefixes.push_back(prefix.str());
  return {{"id", isp.id.value},
          {"name", isp.name},
          {"asn", isp.asns.empty() ? json(nullptr) : json(isp.asns.front())},
          {"asns", isp.asns},
          {"timezone", isp.timezone},
          {"prefixes", std::move(prefixes)}};
}

Answer isps_answer(const std::vector<Isp>& isps) {
  Answer answer;
  answer.result["isps"] = json::array();
  for (const auto& isp : isps) answer.result["isps"].push_back(isp_json(isp));
  answer.add_sheet("isps", {{"name", "NAME"}, {"asns", "ASNS"}, {"timezone", "TIME ZONE"}, {"prefixes", "PREFIXES"}});
  return answer;
}

std::vector<std::uint32_t> read_asns(Arguments& arguments, const std::string& key) {
  std::vector<std::uint32_t> asns;
  for (const auto& text : arguments.list(key)) {
    const auto asn = parse_asn(text);
    if (asn) {
      asns.push_back(*asn);
    } else {
      arguments.fault(key, asn.error().message);
    }
  }
  return asns;
}

// Names stand in tables, URLs and component keys ("isp:SP1", "inter-isp-link:SP1>SP2").
Status check_isp_name(const std::string& name) {
  if (name == "unknown") return refuse("an ISP cannot be named 'unknown': reports call ends outside all prefixes so");
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == ':' || c == '>' || c == '/') {
      return refuse("an ISP's name holds no control characters and none of : > /");
    }
  }
  return {};
}

}  // namespace

Result<Answer> isp_add(AdministrationContext& context, Arguments& arguments) {
  Isp isp;
  isp.name = arguments.positional("name");
  isp.asns = read_asns(arguments, "asn");
  if (const auto timezone = arguments.text("timezone")) isp.timezone = *timezone;
  if (const auto known = check_timezone(isp.timezone); !known) arguments.fault("timezone", known.error().message);
  for (const auto& text : arguments.list("prefix")) {
    const auto prefix = IpPrefix::parse(text);
    if (prefix) {
      isp.prefixes.push_back(*prefix);
    } else {
      arguments.fault("prefix", prefix.error().message);
    }
  }
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (auto ok = check_isp_name(isp.name); !ok) return pass_on(ok);
  auto added = context.store.registry().add_isp(isp);
  if (!added) return pass_on(added);
  Answer answer;
  answer.registry_changed = true;
  answer.result["isp"] = isp_json(*added);
  answer.lines.push_back(fmt::format("ISP {} is known with {}, time zone {}", added->name,
                                     counted(static_cast<std::int64_t>(added->prefixes.size()), "prefix", "prefixes"),
                                     added->timezone));
  answer.notes.push_back(
      fmt::format("Nothing is served from its customers' uplinks before `waybill-tracker agreement add --isp {} ...`",
                  added->name));
  return answer;
}

Result<Answer> isp_asn(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto added = read_asns(arguments, "add");
  const auto removed = read_asns(arguments, "remove");
  if (added.empty() && removed.empty()) arguments.fault("add", "or --remove says which number");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  auto isp = registry.find_isp(name);
  if (!isp) return pass_on(isp);
  for (const auto asn : removed) {
    if (std::erase(isp->asns, asn) == 0) return refuse(fmt::format("{} has no AS{}", name, asn));
  }
  isp->asns.insert(isp->asns.end(), added.begin(), added.end());
  const auto changed = registry.set_asns(isp->id, isp->asns);
  if (!changed) return tl::make_unexpected(changed.error());
  auto answer = isps_answer({*changed});
  answer.registry_changed = true;
  return answer;
}

Result<Answer> isp_list(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto isps = context.store.registry().isps();
  if (!isps) return pass_on(isps);
  return isps_answer(*isps);
}

Result<Answer> isp_show(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto isp = context.store.registry().find_isp(name);
  if (!isp) return pass_on(isp);
  return isps_answer({*isp});
}

Result<Answer> isp_remove(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  auto isp = registry.find_isp(name);
  if (!isp) return pass_on(isp);
  if (auto removed = registry.remove_isp(isp->id); !removed) return pass_on(removed);
  Answer answer;
  answer.registry_changed = true;
  answer.result["removed"] = name;
  answer.lines.push_back("ISP " + name + " is removed");
  return answer;
}

}  // namespace waybill::tracker
