#pragma once
// Where alerts are told: a web hook or a mailbox. Values; `store/alerts.h` keeps the settings as the JSON text that
// `channel_document` makes, and the secret beside it.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/result.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxChannelNameBytes = 100;
inline constexpr std::size_t kMaxChannelDocumentBytes = 16 << 10;
inline constexpr std::size_t kMaxSecretBytes = 1024;
inline constexpr std::size_t kMaxMailRecipients = 20;
inline constexpr std::size_t kMaxPathBytes = 4096;

// An HTTP POST of JSON. The channel's secret signs it (alert_message.h).
struct WebhookChannel {
  std::string url;      // http or https
  std::string ca_file;  // https: authorities in PEM, absolute path; empty: the system's
  bool operator==(const WebhookChannel&) const = default;
};

enum class MailTls {
  when_offered,  // STARTTLS (RFC 3207) where the server offers it
  required,      // STARTTLS, or the mail is not sent
  from_start,    // TLS before the first word (RFC 8314)
};
// A mail. The channel's secret is the password of `user`.
struct MailChannel {
  std::string host;  // a name or an address
  std::uint16_t port = 25;
  MailTls tls = MailTls::when_offered;
  std::string ca_file;  // as above
  std::string from;
  std::vector<std::string> to;
  std::string user;  // empty: no authentication. Otherwise TLS is never done without
  bool operator==(const MailChannel&) const = default;
};
using Channel = std::variant<WebhookChannel, MailChannel>;

// Refuses URLs that cannot be read, addresses that are no plain mailboxes (RFC 5321: what could be a header or an SMTP
// command by itself is none), and a password that could be sent in the clear.
Status check_channel(const Channel& channel);
Status check_channel_name(std::string_view name);
// A secret that a person gives: 16 bytes at least for a web hook.
Status check_secret(const Channel& channel, ByteView secret);
Status check_mail_address(std::string_view address);

std::string channel_document(const Channel& channel);
Result<Channel> parse_channel(std::string_view document);
// "POST https://example.net/hook", "mail to noc@example.net by mx.example.net:25": without secrets.
std::string channel_words(const Channel& channel);
std::string_view channel_kind(const Channel& channel);  // "webhook" or "smtp"

// "mx.example.net", "mx.example.net:587", "[2001:db8::25]:25" into host and port.
Status read_mail_server(std::string_view text, MailChannel& channel);
Result<MailTls> parse_mail_tls(std::string_view text);  // "when-offered", "required", "from-start"

}  // namespace waybill::tracker
