#include "tracker/alerts/channel.h"

#include <doctest/doctest.h>

#include "common/crypto/hmac.h"
#include "tests/unit/tracker_alerts/sample_rules.h"
#include "tracker/alerts/alert_message.h"
#include "tracker/alerts/delivery_schedule.h"
#include "tracker/alerts/mail_encoding.h"

using namespace waybill;
using namespace waybill::tracker;
using waybill::sample::kNoon;

TEST_CASE("channels survive their documents, and unfit ones are refused") {
  const Channel webhook = WebhookChannel{"https://example.net/hook?x=1", "/etc/ca.pem"};
  CHECK(*parse_channel(channel_document(webhook)) == webhook);
  MailChannel mail;
  CHECK(read_mail_server("mx.example.net", mail));
  CHECK(mail.port == 25);
  CHECK(read_mail_server("[2001:db8::25]:587", mail));
  CHECK(mail.host == "2001:db8::25");
  CHECK(mail.port == 587);
  mail.from = "waybill@example.net";
  mail.to = {"noc@example.net", "a.b+c@example.org"};
  CHECK(*parse_channel(channel_document(mail)) == Channel{mail});
  for (const auto* bad :
       {"a\r\nRCPT TO:<b@c>@d", "a b@c", "<a@b>", "a@", "@b", "a@b..c", ".a@b", "a@b>", "a,b@c", "a"}) {
    CHECK_MESSAGE(!check_mail_address(bad), bad);
  }
  for (const auto* bad : {"mx.example.net/x", "user@mx", "mx:0", "mx:99999", "", "mx mx"}) {
    CHECK_MESSAGE(!read_mail_server(bad, mail), bad);
  }
  auto clear = mail;
  clear.user = "u";
  clear.host = "mx";
  CHECK_FALSE(check_channel(clear));  // a password in the clear
  clear.tls = MailTls::required;
  CHECK(check_channel(clear));
  CHECK_FALSE(check_secret(clear, ""));
  CHECK_FALSE(check_secret(webhook, "short"));
  CHECK_FALSE(check_channel(WebhookChannel{"ftp://example.net/", ""}));
  CHECK_FALSE(parse_channel(R"({"kind":"pigeon"})"));
}

TEST_CASE("a web hook's signature covers time and body") {
  AlertDeliveryId id;
  id.bytes.fill(7);
  const auto body = webhook_body(id, R"({"alert":"x"})");
  CHECK(body == R"({"alert":"x","delivery":")" + id.hex() + "\"}");
  const auto headers = webhook_headers(id, "0123456789abcdef", {1'793'534'400'123}, body);
  CHECK(headers.at("x-waybill-timestamp") == "1793534400");
  CHECK(headers.at("x-waybill-signature") ==
        "v1=" + to_hex(crypto::hmac_sha256("0123456789abcdef", "1793534400." + body)));
}

TEST_CASE("a mail is one message whatever the names hold") {
  MailChannel mail;
  mail.host = "mx";
  mail.from = "waybill@example.net";
  mail.to = {"noc@example.net"};
  const std::string event =
      R"({"kind":"raised","alert":"x\r\nBcc: evil@example.org\r\n\r\n.\r\n","severity":"warning","measure":"Größe"})";
  const auto text = mail_message({}, mail, event, kNoon);
  const auto head = text.substr(0, text.find("\r\n\r\n"));
  CHECK(head.find("\r\nBcc:") == std::string::npos);
  CHECK(head.find("Date: Sun, 01 Nov 2026 12:00:00 +0000") != std::string::npos);
  CHECK(text.find("\r\n.\r\n") == std::string::npos);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find("\r\n", begin), text.size());
    CHECK(end - begin <= 78);
    for (auto i = begin; i < end; ++i) CHECK((text[i] >= 0x20 && text[i] < 0x7f));
    begin = end + 2;
  }
  CHECK(text.find("Gr=C3=B6=C3=9Fe") != std::string::npos);
  CHECK(quoted_printable("a=b \nc") == "a=3Db=20\r\nc");
  CHECK(header_text("plain") == "plain");
}

TEST_CASE("delays grow, and a day later it is given up") {
  CHECK(retry_delay(1) == seconds(2));
  CHECK(retry_delay(2) == seconds(4));
  CHECK(retry_delay(1'000'000) == minutes(10));
  using Kind = DeliveryOutcome::Kind;
  const auto later = settle_attempt({Kind::try_later, "503"}, kNoon, 3, kNoon + hours(1));
  CHECK(later.state == AlertDeliveryState::pending);
  CHECK(later.next_attempt == kNoon + hours(1) + seconds(8));
  CHECK(settle_attempt({Kind::try_later, "503"}, kNoon, 3, kNoon + hours(24)).state == AlertDeliveryState::failed);
  CHECK(settle_attempt({Kind::refused, "404"}, kNoon, 1, kNoon).state == AlertDeliveryState::failed);
  CHECK(settle_attempt({Kind::delivered, ""}, kNoon, 1, kNoon).error.empty());
}
