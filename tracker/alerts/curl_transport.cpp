#include <atomic>
#include <cstring>

#include <curl/curl.h>
#include <fmt/format.h>

#include "common/protocol/utf8.h"
#include "tracker/alerts/alert_message.h"
#include "tracker/alerts/channel_transport.h"

namespace waybill::tracker {

namespace {

using Kind = DeliveryOutcome::Kind;

constexpr std::size_t kMaxReasonKept = 200;

struct CurlClose {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(const std::string& line) {
    if (auto* longer = curl_slist_append(list_, line.c_str())) list_ = longer;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// One exchange: what is sent, and what little of the answer is kept.
struct Exchange {
  const std::atomic<bool>& stopped;
  std::string body;
  std::size_t sent = 0;
  std::size_t received = 0;
  char error[CURL_ERROR_SIZE] = {};
};

std::size_t read_body(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const auto part = std::min(size * count, exchange.body.size() - exchange.sent);
  std::memcpy(buffer, exchange.body.data() + exchange.sent, part);
  exchange.sent += part;
  return part;
}

std::size_t drop_answer(char*, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.received += size * count;
  return exchange.received > kMaxAnswerBytes ? 0 : size * count;  // 0 ends the exchange; the status is known by then
}

int may_continue(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(context)->stopped.load() ? 1 : 0;
}

class CurlTransport final : public ChannelTransport {
 public:
  CurlTransport() {
    static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
  }

  DeliveryOutcome send(const DeliveryJob& job) override {
    if (stopped_) return {Kind::try_later, "the tracker is ending"};
    const std::unique_ptr<CURL, CurlClose> handle(curl_easy_init());
    if (!handle) return {Kind::try_later, "out of memory"};
    Exchange exchange{stopped_, {}};
    prepare(handle.get(), exchange);
    if (const auto* webhook = std::get_if<WebhookChannel>(&job.channel))
      return post(handle.get(), exchange, *webhook, job);
    return mail(handle.get(), exchange, std::get<MailChannel>(job.channel), job);
  }

  void stop() override { stopped_ = true; }

 private:
  void prepare(CURL* handle, Exchange& exchange) const;
  static DeliveryOutcome post(CURL* handle, Exchange& exchange, const WebhookChannel& webhook, const DeliveryJob& job);
  static DeliveryOutcome mail(CURL* handle, Exchange& exchange, const MailChannel& mailbox, const DeliveryJob& job);

  std::atomic<bool> stopped_ = false;
};

void CurlTransport::prepare(CURL* handle, Exchange& exchange) const {
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);  // threads
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kMaxConnect.value));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(kMaxAttempt.value));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, exchange.error);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, drop_answer);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, may_continue);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &exchange);
}

// libcurl's words may quote what the other side said.
std::string reason(CURLcode code, const Exchange& exchange) {
  const std::string_view detail(exchange.error);
  return protocol::printable_text(detail.empty() ? curl_easy_strerror(code) : detail, kMaxReasonKept);
}

DeliveryOutcome CurlTransport::post(CURL* handle, Exchange& exchange, const WebhookChannel& webhook,
                                    const DeliveryJob& job) {
  const auto body = webhook_body(job.id, job.event);
  HeaderList headers;
  for (const auto& [name, value] : webhook_headers(job.id, job.secret, job.attempt, body)) {
    headers.add(name + ": " + value);
  }
  headers.add("expect:");  // no waiting for "100 Continue"
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_URL, webhook.url.c_str());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (!webhook.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, webhook.ca_file.c_str());
  const auto code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // An answer that is longer than anybody reads is an answer all the same.
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status != 0)) return {Kind::try_later, reason(code, exchange)};
  if (status >= 200 && status < 300) return {Kind::delivered, ""};
  const bool later = status == 408 || status == 425 || status == 429 || status >= 500 || status < 200;
  return {later ? Kind::try_later : Kind::refused, fmt::format("the server answered HTTP {}", status)};
}

DeliveryOutcome CurlTransport::mail(CURL* handle, Exchange& exchange, const MailChannel& mailbox,
                                    const DeliveryJob& job) {
  exchange.body = mail_message(job.id, mailbox, job.event, job.created);
  const bool is_v6 = mailbox.host.find(':') != std::string::npos;
  const bool from_start = mailbox.tls == MailTls::from_start;
  const auto domain = mailbox.from.substr(mailbox.from.rfind('@') + 1);
  // The path is the name that the client says in EHLO.
  const auto url = fmt::format("{}://{}{}{}:{}/{}", from_start ? "smtps" : "smtp", is_v6 ? "[" : "", mailbox.host,
                               is_v6 ? "]" : "", mailbox.port, domain);
  HeaderList recipients;
  for (const auto& address : mailbox.to) recipients.add("<" + address + ">");
  const auto sender = "<" + mailbox.from + ">";
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  const auto tls = mailbox.tls == MailTls::when_offered ? CURLUSESSL_TRY : CURLUSESSL_ALL;
  curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(tls));
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_body);
  curl_easy_setopt(handle, CURLOPT_READDATA, &exchange);
  if (!mailbox.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, mailbox.ca_file.c_str());
  if (!mailbox.user.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, mailbox.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, job.secret.c_str());
  }
  const auto code = curl_easy_perform(handle);
  if (code == CURLE_OK) return {Kind::delivered, ""};
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // A wrong password may be set right; what else the server says for good (5yz) it will say again.
  const bool for_good = status >= 500 && status < 600 && code != CURLE_LOGIN_DENIED && code != CURLE_USE_SSL_FAILED;
  auto why = reason(code, exchange);
  if (status >= 400) why += fmt::format(" (SMTP {})", status);
  return {for_good ? Kind::refused : Kind::try_later, why};
}

}  // namespace

std::unique_ptr<ChannelTransport> make_curl_transport() { return std::make_unique<CurlTransport>(); }

}  // namespace waybill::tracker
