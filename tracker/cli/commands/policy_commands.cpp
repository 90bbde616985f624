#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/end_time.h"
#include "tracker/policy/policy_check.h"
#include "tracker/policy/policy_document.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json policy_json(const CapacityPolicy& policy, const std::vector<Isp>& isps, TimeMs now) {
  auto row = json::parse(write_policy(policy, isps));
  std::string isp;
  for (const auto& known : isps) {
    if (known.id == policy.isp) isp = known.name;
  }
  row["id"] = policy.id.value;
  row["subject"] = policy_subject_text(policy, isp);
  row["state"] = policy.in_force(now) ? "in force" : now < policy.valid_from ? "not yet" : "ended";
  row["from"] = format_time(policy.valid_from);
  row["until"] = policy.valid_until ? json(format_time(*policy.valid_until)) : json(nullptr);
  for (const auto* key : {"bytes", "per", "rate", "class", "owner"}) {
    if (!row.contains(key)) row[key] = nullptr;
  }
  return row;
}

// The arguments as the document that they stand for; what it says is judged by read_policy and check_policy.
json document_of(Arguments& arguments, TimeMs now) {
  json document = json::object();
  for (const auto* key : {"component", "isp", "direction", "class", "owner", "per", "timezone"}) {
    if (const auto value = arguments.text(key)) document[key] = *value;
  }
  for (const auto* key : {"bytes", "rate"}) {
    const auto size = arguments.read_as(key, [](const std::string& text) { return parse_byte_size(text); });
    if (size) document[key] = size->value;
  }
  const auto zone = arguments.text("timezone").value_or("UTC");
  for (const auto* key : {"from", "until"}) {
    const auto time = arguments.read_as(key, [&](const std::string& text) { return parse_time(text, now, zone); });
    if (time) document[key] = time->value;
  }
  return document;
}

Result<bool> component_known(AdministrationContext& context, const std::string& key) {
  const auto components = context.store.registry().components();
  if (!components) return tl::make_unexpected(components.error());
  for (const auto& component : *components) {
    if (component.key() == key) return true;
  }
  ComponentQuery query;
  query.key = key;
  const auto sums = context.store.accounts().component_sums(query);
  if (!sums) return tl::make_unexpected(sums.error());
  return !sums->empty();
}

const std::vector<SheetColumn>& policy_columns() {
  static const std::vector<SheetColumn> kColumns{{"id", "ID", "number"}, {"subject", "SUBJECT"},
                                                 {"state", "STATE"},     {"bytes", "BYTES", "bytes"},
                                                 {"per", "PER"},         {"rate", "BYTES/S", "number"},
                                                 {"class", "CLASS"},     {"owner", "OWNER"},
                                                 {"timezone", "ZONE"},   {"from", "FROM"},
                                                 {"until", "UNTIL"}};
  return kColumns;
}

}  // namespace

Result<Answer> policy_add(AdministrationContext& context, Arguments& arguments) {
  const auto now = context.clock.now();
  const auto document = document_of(arguments, now);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto isps = context.store.registry().isps();
  if (!isps) return pass_on(isps);
  auto contents = context.store.registry().contents();
  if (!contents) return pass_on(contents);
  auto policy = read_policy(document.dump(), *isps, now);
  if (!policy) return pass_on(policy);
  Status looked_up;
  const PolicyWorld world{*isps, *contents, [&](const std::string& key) {
                            const auto known = component_known(context, key);
                            if (!known) looked_up = tl::make_unexpected(known.error());
                            return known && *known;
                          }};
  const auto checked = check_policy(*policy, world, now);
  if (!looked_up) return tl::make_unexpected(looked_up.error());
  if (!checked) return tl::make_unexpected(checked.error());
  auto added = context.store.policies().add_policy(
      {0, write_policy(*policy, *isps), now, policy->valid_from, policy->valid_until});
  if (!added) return pass_on(added);
  policy->id = {added->id};
  Answer answer;
  answer.registry_changed = true;
  answer.result["policy"] = policy_json(*policy, *isps, now);
  answer.result["policies"] = json::array({answer.result["policy"]});
  answer.add_sheet("policies", policy_columns());
  return answer;
}

Result<Answer> policy_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto now = context.clock.now();
  auto isps = context.store.registry().isps();
  if (!isps) return pass_on(isps);
  auto stored = context.store.policies().policies();
  if (!stored) return pass_on(stored);
  Answer answer;
  auto& rows = answer.result["policies"] = json::array();
  for (const auto& row : *stored) {
    if (!all && row.valid_until && *row.valid_until <= now) continue;
    auto policy = read_policy(row.document, *isps, now);
    if (!policy) {
      answer.notes.push_back(fmt::format("policy {} limits nothing: {}", row.id, policy.error().message));
      continue;
    }
    policy->id = {row.id};
    policy->valid_from = row.valid_from;
    policy->valid_until = row.valid_until;
    rows.push_back(policy_json(*policy, *isps, now));
  }
  answer.add_sheet("policies", policy_columns());
  return answer;
}

Result<Answer> policy_end(AdministrationContext& context, Arguments& arguments) {
  arguments.positional("id");
  const auto id = arguments.integer("id", 1, std::int64_t{1} << 53);
  const auto at_text = arguments.text("at");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto now = context.clock.now();
  auto at = end_time(at_text, now, "UTC", "a policy");
  if (!at) return pass_on(at);
  if (auto ended = context.store.policies().end_policy(*id, *at); !ended) return pass_on(ended);
  Answer answer;
  answer.registry_changed = true;
  answer.result = {{"id", *id}, {"ends", format_time(*at)}};
  answer.lines.push_back(fmt::format("Policy {} ends at {}", *id, format_time(*at)));
  return answer;
}

}  // namespace waybill::tracker
