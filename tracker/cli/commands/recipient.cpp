#include <algorithm>

#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/recipient_json.h"
#include "tracker/ledger/personal_data.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kSecretBytes = 32;
constexpr char kIsp[] = "isp ";
constexpr char kOwner[] = "owner ";

Result<Pseudonyms> names_of(Store& store, const std::string& recipient) {
  const auto secret = store.ledger().pseudonym_secret(crypto::random_bytes(kSecretBytes));
  if (!secret) return tl::make_unexpected(secret.error());
  return Pseudonyms(*secret, recipient);
}

Status check_owner(Store& store, const std::string& name) {
  const auto contents = store.registry().contents();
  if (!contents) return tl::make_unexpected(contents.error());
  const auto contracts = store.ledger().contracts();
  if (!contracts) return tl::make_unexpected(contracts.error());
  const auto is = [&](const auto& item) { return item.owner == name; };
  if (std::any_of(contents->begin(), contents->end(), is)) return {};
  if (std::any_of(contracts->begin(), contracts->end(), is)) return {};
  return refuse(fmt::format("--for: no owner is called '{}'", name));
}

Status check_recipient(Store& store, const std::string& recipient) {
  if (recipient == "file") return {};
  if (recipient.starts_with(kOwner)) return check_owner(store, recipient.substr(sizeof kOwner - 1));
  if (!recipient.starts_with(kIsp)) {
    return refuse(fmt::format("--for: '{}' is none of 'isp NAME', 'owner NAME', file, operator", recipient));
  }
  const auto isp = store.registry().find_isp(recipient.substr(sizeof kIsp - 1));
  return isp ? Status{} : pass_on(isp.error(), "--for");
}

// Who is named in the fields that name agents, enrolled or not.
void collect_agents(const json& value, std::set<AgentKey>& agents) {
  if (value.is_array()) {
    for (const auto& item : value) collect_agents(item, agents);
    return;
  }
  if (!value.is_object()) return;
  for (const auto& [field, item] : value.items()) {
    collect_agents(item, agents);
    const bool names_one = field == "sender" || field == "receiver" || field == "client" || field == "agent";
    if (!names_one || !item.is_string()) continue;
    if (const auto key = AgentKey::from_hex(item.get<std::string>())) agents.insert(*key);
  }
}

void hide(json& value, const std::set<AgentKey>& agents, const Pseudonyms& names) {
  if (value.is_string()) {
    value = without_personal_data(value.get_ref<const std::string&>(), agents, names);
  } else if (value.is_structured()) {
    for (auto& item : value) hide(item, agents, names);
  }
}

}  // namespace

Result<Pseudonyms> pseudonyms_for(Store& store, const Party& party) {
  return names_of(store, (party.kind == PartyKind::isp ? kIsp : kOwner) + party.name);
}

Result<json> answer_for(Store& store, const std::string& recipient, json answer) {
  if (recipient == "operator") return answer;
  if (const auto known = check_recipient(store, recipient); !known) return tl::make_unexpected(known.error());
  const auto enrolled = store.registry().agents();
  if (!enrolled) return tl::make_unexpected(enrolled.error());
  const auto names = names_of(store, recipient);
  if (!names) return tl::make_unexpected(names.error());
  std::set<AgentKey> agents;
  for (const auto& agent : *enrolled) agents.insert(agent.key);
  collect_agents(answer, agents);
  hide(answer, agents, *names);
  return answer;
}

// Makes the secret; run before commands that only read and need it.
Result<Answer> prepare_pseudonyms(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto names = names_of(context.store, "file");
  if (!names) return tl::make_unexpected(names.error());
  return Answer{};
}

}  // namespace waybill::tracker
