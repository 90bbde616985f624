// An alert as a mail.
#include <nlohmann/json.hpp>

#include "tracker/alerts/alert_message.h"
#include "tracker/alerts/mail_encoding.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::string fact(const json& event, const char* key) {
  const auto found = event.find(key);
  if (found == event.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string headline(const json& event) {
  const auto kind = fact(event, "kind");
  const auto alert = fact(event, "alert");
  if (kind == "cleared") return "cleared: " + alert;
  if (kind == "test") return "test: " + alert;
  return (kind == "reminded" ? "still " : "") + fact(event, "severity") + ": " + alert;
}

std::string body(const json& event, const AlertDeliveryId& delivery) {
  std::string text = headline(event) + "\n\n";
  const auto line = [&](const char* title, const std::string& value) {
    if (!value.empty()) text += std::string(title) + value + "\n";
  };
  line("What is measured: ", fact(event, "measure"));
  line("Condition:        ", fact(event, "condition"));
  line("Now:              ", fact(event, "level_words"));
  line("At:               ", fact(event, "at"));
  line(fact(event, "kind") == "cleared" ? "Cleared since:    " : "Since:            ", fact(event, "since"));
  line("Delivery:         ", delivery.hex());
  return text;
}

}  // namespace

std::string mail_message(const AlertDeliveryId& delivery, const MailChannel& channel, const std::string& event,
                         TimeMs at) {
  const auto value = json::parse(event, nullptr, false);
  const auto facts = value.is_object() ? value : json::object();
  std::string to;
  for (const auto& address : channel.to) to += (to.empty() ? "" : ",\r\n ") + address;
  const auto domain = channel.from.substr(channel.from.rfind('@') + 1);
  return "From: " + channel.from + "\r\nTo: " + to + "\r\nDate: " + mail_date(at) + "\r\nMessage-ID: <" +
         delivery.hex() + "@" + domain + ">\r\nSubject: " + header_text("[waybill] " + headline(facts)) +
         "\r\nX-Waybill-Delivery: " + delivery.hex() +
         "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quoted_printable(body(facts, delivery));
}

}  // namespace waybill::tracker
