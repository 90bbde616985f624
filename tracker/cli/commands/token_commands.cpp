// Tokens of the HTTPS API: who may ask, in which role, until when.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "common/protocol/utf8.h"
#include "tracker/access/subject.h"
#include "tracker/access/token.h"
#include "tracker/alerts/alert_window.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/ledger/books.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr DurationMs kLongestLife = hours(24 * 366);
constexpr std::size_t kMaxTokenNameBytes = 100;

json token_json(const AccessToken& token, const std::vector<Isp>& isps, TimeMs now) {
  json isp;
  for (const auto& known : isps) {
    if (token.isp && known.id == token.isp) isp = known.name;
  }
  const bool revoked = token.revoked && *token.revoked <= now;
  return {{"id", token.id},
          {"name", token.name},
          {"role", name_of(token.role)},
          {"isp", isp},
          {"owner", token.role == Role::owner ? json(token.owner) : json()},
          {"state", token.in_force(now) ? "in force"
                    : revoked           ? "revoked"
                                        : "expired"},
          {"created", format_time(token.created)},
          {"expires", format_time(token.expires)},
          {"revoked", token.revoked ? json(format_time(*token.revoked)) : json()}};
}

const std::vector<SheetColumn>& token_columns() {
  static const std::vector<SheetColumn> kColumns{
      {"id", "ID", "number"}, {"name", "NAME"},       {"role", "ROLE"},       {"isp", "ISP"},        {"owner", "OWNER"},
      {"state", "STATE"},     {"created", "CREATED"}, {"expires", "EXPIRES"}, {"revoked", "REVOKED"}};
  return kColumns;
}

// "90d": from now on; else a time.
Result<TimeMs> parse_expiry(const std::string& text, TimeMs now) {
  if (const auto span = parse_span(text, kLongestLife)) return now + *span;
  const auto at = parse_time(text, now, "UTC");
  if (!at) {
    return refuse(
        fmt::format("'{}' is neither a span like 90d, of 366 days at most, nor a time like 2026-11-23", text));
  }
  if (*at <= now) return refuse(format_time(*at) + " is past");
  if (now + kLongestLife < *at) return refuse(format_time(*at) + " is too far: a token lives 366 days at most");
  return *at;
}

Status check_subject(Arguments& arguments, std::optional<Role> role, const std::optional<std::string>& isp,
                     const std::optional<std::string>& owner) {
  if (role == Role::isp && !isp) arguments.fault("isp", "is needed with --role isp");
  if (role == Role::owner && !owner) arguments.fault("owner", "is needed with --role owner");
  if (role && role != Role::isp && isp) arguments.fault("isp", "goes with --role isp only");
  if (role && role != Role::owner && owner) arguments.fault("owner", "goes with --role owner only");
  return arguments.finish();
}

Status check_owner(Store& store, const std::string& owner) {
  const auto contents = store.registry().contents();
  if (!contents) return tl::make_unexpected(contents.error());
  const auto published = [&](const Content& content) { return content.owner == owner; };
  if (std::any_of(contents->begin(), contents->end(), published)) return {};
  const auto contracts = owner_contracts(store, owner);
  if (!contracts) return tl::make_unexpected(contracts.error());
  if (!contracts->empty()) return {};
  return refuse(fmt::format("no owner '{}' is known: neither a content nor a contract names it", owner));
}

// By its number, or the name of one that is in force.
Result<AccessToken> token_named(const std::vector<AccessToken>& tokens, const std::string& text, TimeMs now) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool number = error == std::errc{} && end == text.data() + text.size();
  for (const auto& token : tokens) {
    if (token.name == text && token.in_force(now)) return token;
  }
  for (const auto& token : tokens) {
    if (number && token.id == id) return token;
  }
  return refuse(
      fmt::format("no token in force is named '{}', and none has that number: `token list` shows them", text));
}

}  // namespace

Result<Answer> token_add(AdministrationContext& context, Arguments& arguments) {
  const auto now = context.clock.now();
  AccessToken token;
  token.name = arguments.required("name");
  if (token.name.size() > kMaxTokenNameBytes || !protocol::is_printable_utf8(token.name)) {
    arguments.fault("name", fmt::format("is printable text of {} bytes at most", kMaxTokenNameBytes));
  }
  arguments.required("role");
  const auto role = arguments.read_as("role", [](const std::string& text) { return parse_role(text); });
  const auto isp = arguments.text("isp");
  const auto owner = arguments.text("owner");
  arguments.required("expires");
  const auto expires = arguments.read_as("expires", [&](const std::string& text) { return parse_expiry(text, now); });
  if (auto ok = check_subject(arguments, role, isp, owner); !ok) return pass_on(ok);
  token.role = *role;
  token.created = now;
  token.expires = *expires;
  auto isps = context.store.registry().isps();
  if (!isps) return pass_on(isps);
  if (isp) {
    auto found = context.store.registry().find_isp(*isp);
    if (!found) return pass_on(found);
    token.isp = found->id;
  }
  if (owner) {
    if (auto known = check_owner(context.store, *owner); !known) return pass_on(known);
    token.owner = *owner;
  }
  const auto text = make_token(crypto::random_bytes(kTokenRandomBytes));
  const auto added = context.store.access_tokens().add(token, *token_hash(text));
  if (!added) return tl::make_unexpected(added.error());
  Answer answer;
  answer.result = {{"token", text}, {"access", token_json(*added, *isps, now)}};
  answer.lines.push_back(text);
  answer.notes.push_back(
      fmt::format("It is shown this once: only its hash is kept. `waybill-tracker token revoke {}` ends it before {}",
                  added->id, format_time(added->expires)));
  return answer;
}

Result<Answer> token_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto now = context.clock.now();
  const auto isps = context.store.registry().isps();
  if (!isps) return tl::make_unexpected(isps.error());
  const auto tokens = context.store.access_tokens().list();
  if (!tokens) return tl::make_unexpected(tokens.error());
  Answer answer;
  auto& rows = answer.result["tokens"] = json::array();
  for (const auto& token : *tokens) {
    if (all || token.in_force(now)) rows.push_back(token_json(token, *isps, now));
  }
  answer.add_sheet("tokens", token_columns());
  return answer;
}

Result<Answer> token_revoke(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("token");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto now = context.clock.now();
  const auto tokens = context.store.access_tokens().list();
  if (!tokens) return tl::make_unexpected(tokens.error());
  const auto token = token_named(*tokens, name, now);
  if (!token) return tl::make_unexpected(token.error());
  if (auto revoked = context.store.access_tokens().revoke(token->id, now); !revoked) return pass_on(revoked);
  Answer answer;
  answer.result["revoked"] = token->id;
  answer.lines.push_back(fmt::format("Token {} ({}) is refused from now on", token->id, token->name));
  return answer;
}

}  // namespace waybill::tracker
