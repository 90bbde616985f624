#include "tracker/alerts/channel.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "common/net/http.h"
#include "tracker/alerts/document_fields_json.h"
#include "tracker/alerts/plain_text.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::array<std::pair<MailTls, std::string_view>, 3> kTls{
    {{MailTls::when_offered, "when-offered"}, {MailTls::required, "required"}, {MailTls::from_start, "from-start"}}};
constexpr std::size_t kMaxMailAddressBytes = 254;  // RFC 5321 4.5.3.1.3 less its brackets
constexpr std::size_t kMaxUserBytes = 254;
constexpr std::size_t kMinWebhookSecretBytes = 16;

std::string_view to_string(MailTls tls) {
  for (const auto& [value, name] : kTls) {
    if (value == tls) return name;
  }
  return "?";
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 5322 3.2.3's atom and the dots between.
bool is_local_part_char(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain_char(char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; }

// No empty labels: "a..b", ".a".
bool well_dotted(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

Status check_ca_file(const std::string& file) {
  if (file.empty()) return {};
  if (file.front() != '/') return refuse("the file of authorities must be an absolute path");
  return check_plain_text("the file of authorities", file, kMaxPathBytes);
}

Status check(const WebhookChannel& channel) {
  if (const auto url = net::Url::parse(channel.url); !url) return tl::make_unexpected(url.error());
  return check_ca_file(channel.ca_file);
}

Status check(const MailChannel& channel) {
  MailChannel read;
  const bool is_v6 = channel.host.find(':') != std::string::npos;
  if (auto ok = read_mail_server(is_v6 ? "[" + channel.host + "]" : channel.host, read); !ok) return ok;
  if (channel.port == 0) return refuse("a mail server's port is not 0");
  if (auto ok = check_mail_address(channel.from); !ok) return ok;
  if (channel.to.empty()) return refuse("a mail needs a recipient");
  if (channel.to.size() > kMaxMailRecipients) {
    return refuse(fmt::format("a mail has {} recipients at most", kMaxMailRecipients));
  }
  for (const auto& address : channel.to) {
    if (auto ok = check_mail_address(address); !ok) return ok;
  }
  if (!channel.user.empty()) {
    if (auto ok = check_plain_text("the user's name", channel.user, kMaxUserBytes); !ok) return ok;
    if (channel.tls == MailTls::when_offered) {
      return refuse("a password is only sent under TLS: say that TLS is required, or from-start");
    }
  }
  return check_ca_file(channel.ca_file);
}

Result<Channel> read_webhook(DocumentFields& fields) {
  WebhookChannel channel;
  channel.url = fields.text("url");
  channel.ca_file = fields.optional_text("ca_file").value_or("");
  if (auto ok = fields.finish("a web hook"); !ok) return pass_on(ok);
  return channel;
}

Result<Channel> read_mail(DocumentFields& fields) {
  MailChannel channel;
  channel.host = fields.text("host");
  const auto port = fields.integer("port");
  if (port < 1 || port > 65535) fields.fault("port", "is no TCP port");
  channel.port = static_cast<std::uint16_t>(port);
  const auto tls_text = fields.text("tls");
  channel.ca_file = fields.optional_text("ca_file").value_or("");
  channel.from = fields.text("from");
  channel.user = fields.optional_text("user").value_or("");
  for (const auto& address : fields.array("to")) {
    if (address.is_string()) {
      channel.to.push_back(address.get<std::string>());
    } else {
      fields.fault("to", "holds what is no text");
    }
  }
  if (auto ok = fields.finish("a mailbox"); !ok) return pass_on(ok);
  const auto tls = parse_mail_tls(tls_text);
  if (!tls) return tl::make_unexpected(tls.error());
  channel.tls = *tls;
  return channel;
}

}  // namespace

Status check_channel(const Channel& channel) {
  return std::visit([](const auto& kind) { return check(kind); }, channel);
}

Status check_channel_name(std::string_view name) {
  return check_plain_text("a channel's name", name, kMaxChannelNameBytes);
}

Status check_secret(const Channel& channel, ByteView secret) {
  if (secret.size() > kMaxSecretBytes) return refuse(fmt::format("a secret has {} bytes at most", kMaxSecretBytes));
  const bool webhook = std::holds_alternative<WebhookChannel>(channel);
  if (webhook && secret.size() < kMinWebhookSecretBytes) {
    return refuse(fmt::format("a web hook's secret has {} bytes at least", kMinWebhookSecretBytes));
  }
  if (webhook) return {};
  if (std::get<MailChannel>(channel).user.empty() != secret.empty()) {
    return refuse("a user and a password go together: give both or neither");
  }
  if (secret.find('\0') != ByteView::npos) return refuse("a password holds no zero bytes");
  return {};
}

Status check_mail_address(std::string_view address) {
  const auto bad = [&] {
    return refuse(fmt::format("'{}' is no mail address like noc@example.net", address.substr(0, 80)));
  };
  const auto at = address.rfind('@');
  if (address.size() > kMaxMailAddressBytes || at == std::string_view::npos) return bad();
  const auto local = address.substr(0, at), domain = address.substr(at + 1);
  if (!well_dotted(local) || !std::all_of(local.begin(), local.end(), is_local_part_char)) return bad();
  if (!well_dotted(domain) || !std::all_of(domain.begin(), domain.end(), is_domain_char)) return bad();
  return {};
}

std::string channel_document(const Channel& channel) {
  json value;
  if (const auto* webhook = std::get_if<WebhookChannel>(&channel)) {
    value = {{"kind", "webhook"}, {"url", webhook->url}};
    if (!webhook->ca_file.empty()) value["ca_file"] = webhook->ca_file;
    return value.dump();
  }
  const auto& mail = std::get<MailChannel>(channel);
  value = {{"kind", "smtp"}, {"host", mail.host},          {"port", mail.port},
           {"to", mail.to},  {"tls", to_string(mail.tls)}, {"from", mail.from}};
  if (!mail.ca_file.empty()) value["ca_file"] = mail.ca_file;
  if (!mail.user.empty()) value["user"] = mail.user;
  return value.dump();
}

Result<Channel> parse_channel(std::string_view document) {
  const auto value = parse_document(document, kMaxChannelDocumentBytes);
  DocumentFields fields(value);
  const auto kind = fields.text("kind");
  if (kind != "webhook" && kind != "smtp") return refuse("a channel is a webhook or smtp");
  auto channel = kind == "webhook" ? read_webhook(fields) : read_mail(fields);
  if (!channel) return channel;
  if (auto ok = check_channel(*channel); !ok) return pass_on(ok);
  return channel;
}

std::string channel_words(const Channel& channel) {
  if (const auto* webhook = std::get_if<WebhookChannel>(&channel)) return "POST " + webhook->url;
  const auto& mail = std::get<MailChannel>(channel);
  const bool is_v6 = mail.host.find(':') != std::string::npos;
  return fmt::format("mail to {} by {}{}{}:{}", fmt::join(mail.to, ", "), is_v6 ? "[" : "", mail.host, is_v6 ? "]" : "",
                     mail.port);
}

std::string_view channel_kind(const Channel& channel) {
  return std::holds_alternative<WebhookChannel>(channel) ? "webhook" : "smtp";
}

Status read_mail_server(std::string_view text, MailChannel& channel) {
  constexpr std::uint16_t kSmtpPort = 25, kSubmissionsPort = 465;
  // An authority as URLs have it; "x/" or "x?" would be read as more than one.
  const auto url = net::Url::parse("http://" + std::string(text));
  if (!url || url->target != "/" || text.find_first_of("/?#@") != std::string_view::npos) {
    return refuse(fmt::format("'{}' is no mail server like mx.example.net:25", text.substr(0, 80)));
  }
  channel.host = url->host;
  const bool port_given = text.find(':') != std::string_view::npos && text.back() != ']';
  channel.port = port_given ? url->port : channel.tls == MailTls::from_start ? kSubmissionsPort : kSmtpPort;
  return {};
}

Result<MailTls> parse_mail_tls(std::string_view text) {
  for (const auto& [tls, name] : kTls) {
    if (name == text) return tls;
  }
  return refuse(fmt::format("'{}' is none of when-offered, required, from-start", text));
}

}  // namespace waybill::tracker
