// Where alerts are told.
#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "tracker/alerts/channel.h"
#include "tracker/cli/commands/alert_names_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kSecretBytes = 32;  // of a secret that the tracker makes, before it is hexadecimal

Channel read_channel(Arguments& arguments) {
  const auto url = arguments.text("url");
  const auto server = arguments.text("mail_server");
  const auto ca_file = arguments.text("ca_file").value_or("");
  MailChannel mail;
  mail.ca_file = ca_file;
  mail.tls = arguments.read_as("tls", [](const std::string& text) { return parse_mail_tls(text); })
                 .value_or(MailTls::when_offered);
  mail.from = arguments.text("mail_from").value_or("");
  mail.to = arguments.list("mail_to");
  mail.user = arguments.text("user").value_or("");
  if (url.has_value() == server.has_value()) {
    arguments.fault("url", "give either this, or --mail-server with --mail-from and --mail-to");
  }
  if (url) return WebhookChannel{*url, ca_file};
  if (server) {
    if (const auto ok = read_mail_server(*server, mail); !ok) arguments.fault("mail_server", ok.error().message);
  }
  return mail;
}

json channel_json(const StoredAlertChannel& stored) {
  const auto channel = parse_channel(stored.settings);
  return {{"name", stored.name},
          {"kind", channel ? json(channel_kind(*channel)) : json()},
          {"tells", channel ? channel_words(*channel) : channel.error().message},
          {"created", format_time(stored.created)}};
}

std::string_view state_words(AlertDeliveryState state) {
  switch (state) {
    case AlertDeliveryState::pending:
      return "pending";
    case AlertDeliveryState::delivered:
      return "delivered";
    case AlertDeliveryState::failed:
      return "failed";
  }
  return "?";
}

}  // namespace

Result<StoredAlertRule> alert_named(Alerts& alerts, const std::string& name) {
  const auto rules = alerts.rules(false);
  if (!rules) return tl::make_unexpected(rules.error());
  for (const auto& rule : *rules) {
    if (rule.name == name) return rule;
  }
  return refuse(fmt::format("no alert is named '{}'; `alert list` shows those that are", name));
}

Result<StoredAlertChannel> channel_named(Alerts& alerts, const std::string& name) {
  const auto channels = alerts.channels();
  if (!channels) return tl::make_unexpected(channels.error());
  for (const auto& channel : *channels) {
    if (channel.name == name) return channel;
  }
  return refuse(fmt::format("no channel is named '{}'; `alert channel list` shows those that are", name));
}

Result<json> delivery_rows(Alerts& alerts, const AlertDeliveryQuery& query) {
  const auto deliveries = alerts.deliveries(query);
  if (!deliveries) return tl::make_unexpected(deliveries.error());
  const auto channels = alerts.channels();
  if (!channels) return tl::make_unexpected(channels.error());
  json rows = json::array();
  for (const auto& delivery : *deliveries) {
    std::string channel = "(removed)";
    for (const auto& known : *channels) {
      if (known.id == delivery.channel) channel = known.name;
    }
    const auto event = json::parse(delivery.event.event, nullptr, false);
    const bool pending = delivery.state == AlertDeliveryState::pending;
    rows.push_back({{"delivery", delivery.id.hex()},
                    {"alert", event.is_object() ? event.value("alert", "") : ""},
                    {"kind", event.is_object() ? event.value("kind", "") : ""},
                    {"channel", channel},
                    {"created", format_time(delivery.created)},
                    {"state", state_words(delivery.state)},
                    {"attempts", delivery.attempts},
                    {"next_attempt", pending ? json(format_time(delivery.next_attempt)) : json()},
                    {"finished", delivery.finished ? json(format_time(*delivery.finished)) : json()},
                    {"error", delivery.error}});
  }
  return rows;
}

std::vector<SheetColumn> delivery_columns() {
  return {{"created", "CREATED"}, {"alert", "ALERT"},
          {"kind", "WHAT"},       {"channel", "CHANNEL"},
          {"state", "STATE"},     {"attempts", "ATTEMPTS", "number"},
          {"error", "ERROR"},     {"delivery", "DELIVERY", "id"}};
}

Result<Answer> alert_channel_add(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto channel = read_channel(arguments);
  const auto given = arguments.text("secret");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (auto ok = check_channel_name(name); !ok) return pass_on(ok);
  if (auto ok = check_channel(channel); !ok) return pass_on(ok);
  const bool made = !given && std::holds_alternative<WebhookChannel>(channel);
  const auto secret = made ? to_hex(crypto::random_bytes(kSecretBytes)) : given.value_or("");
  if (auto ok = check_secret(channel, secret); !ok) return pass_on(ok);
  const auto added =
      context.store.alerts().add_channel({{}, name, channel_document(channel), secret, context.clock.now()});
  if (!added) return tl::make_unexpected(added.error());
  Answer answer;
  answer.result["channel"] = channel_json(*added);
  answer.lines.push_back("Channel " + name + ": " + channel_words(channel));
  if (made) {
    answer.result["secret"] = secret;
    answer.lines.push_back("Secret: " + secret);
    answer.notes.push_back("The receiver checks signatures with this secret; it is not shown again.");
  }
  return answer;
}

Result<Answer> alert_channel_list(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto channels = context.store.alerts().channels();
  if (!channels) return tl::make_unexpected(channels.error());
  Answer answer;
  auto& rows = answer.result["channels"] = json::array();
  for (const auto& channel : *channels) rows.push_back(channel_json(channel));
  answer.add_sheet("channels", {{"name", "NAME"}, {"kind", "KIND"}, {"tells", "TELLS"}, {"created", "CREATED"}});
  return answer;
}

Result<Answer> alert_channel_remove(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto channel = channel_named(context.store.alerts(), name);
  if (!channel) return tl::make_unexpected(channel.error());
  if (auto ok = context.store.alerts().remove_channel(channel->id, context.clock.now()); !ok) return pass_on(ok);
  Answer answer;
  answer.result["removed"] = name;
  answer.lines.push_back("Channel " + name + " is removed");
  return answer;
}

Result<Answer> alert_deliveries(AdministrationContext& context, Arguments& arguments) {
  constexpr std::int64_t kShown = 200;
  AlertDeliveryQuery query{.limit = kShown};
  if (arguments.flag("failed")) query.state = AlertDeliveryState::failed;
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto rows = delivery_rows(context.store.alerts(), query);
  if (!rows) return pass_on(rows);
  Answer answer;
  answer.result["deliveries"] = *std::move(rows);
  answer.add_sheet("deliveries", delivery_columns());
  return answer;
}

}  // namespace waybill::tracker
