#include "agent/control/content_request.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <fmt/core.h>

#include "common/protocol/limits.h"

namespace waybill::control {

namespace {

constexpr std::size_t kLargestPage = 1 << 20;  // bytes; a page that redirects needs no body at all
constexpr DurationMs kPageTimeout = seconds(20);

bool same_host(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<RequestStep> step_to(const net::Url& url, const Enrollment& enrollment) {
  auto content = content_of(url, enrollment);
  if (!content) return pass_on(content);
  if (*content) return RequestStep{**content};
  return RequestStep{Follow{url}};
}

struct Resolution {
  runtime::EventLoop& loop;
  Enrollment enrollment;
  PageAccess pages;
  std::function<void(Result<ContentId>)> done;
  int redirects = 0;
};

tl::unexpected<Error> page_failure(const net::Url& url, Error error) {
  const bool https = url.scheme == "https" && error.kind == ErrorKind::refused;
  if (https) error.message += "; name another authority's certificate with --ca-file where you trust it";
  return tl::make_unexpected(std::move(error));
}

void take(const std::shared_ptr<Resolution>& resolution, Result<RequestStep> step) {
  if (!step) return resolution->done(pass_on(step));
  if (const auto* content = std::get_if<ContentId>(&*step)) return resolution->done(*content);
  const auto url = std::get<Follow>(*step).url;
  net::HttpRequest request;
  request.target = url.target;
  net::ClientOptions options;
  options.bind = resolution->pages.bind;
  if (url.scheme == "https") options.authorities = resolution->pages.authorities;
  options.timeout = kPageTimeout;
  options.max_body_bytes = kLargestPage;
  net::http_exchange(resolution->loop, url, std::move(request), options,
                     [resolution, url](Result<net::HttpResponse> answer) {
                       if (!answer) return resolution->done(page_failure(url, answer.error()));
                       resolution->redirects += 1;
                       take(resolution, next_step(url, *answer, resolution->redirects, resolution->enrollment));
                     });
}

}  // namespace

Result<std::optional<ContentId>> content_of(const net::Url& url, const Enrollment& enrollment) {
  const std::string prefix = protocol::kContentPath;
  const auto path = url.target.substr(0, url.target.find('?'));
  const bool content_path = path.starts_with(prefix);
  const auto id = content_path ? ContentId::from_hex(path.substr(prefix.size())) : ContentId::from_hex("");
  auto tracker = net::Url::parse(enrollment.tracker_url);
  if (!tracker) return pass_on(tracker);
  const bool at_tracker = same_host(url.host, tracker->host) && url.port == tracker->port && url.scheme == "https";
  if (at_tracker && id) return std::optional(*id);
  if (at_tracker) return refuse(fmt::format("{} names no content: {}", url.str(), id.error().message));
  if (id && url.scheme == "https") {
    return refuse(fmt::format("{} is not the tracker that this agent is enrolled with ({})", url.authority(),
                              tracker->authority()));
  }
  return std::optional<ContentId>();
}

Result<RequestStep> first_step(const std::string& text, const Enrollment& enrollment) {
  if (text.find(':') == std::string::npos && text.find('/') == std::string::npos) {
    if (auto id = ContentId::from_hex(text)) return RequestStep{*id};
  }
  auto url = net::Url::parse(text);
  if (!url) {
    return refuse(fmt::format("{}; give a page's URL, the tracker's content URL or a content id of 64 digits",
                              url.error().message));
  }
  return step_to(*url, enrollment);
}

Result<RequestStep> next_step(const net::Url& asked, const net::HttpResponse& answer, int redirects,
                              const Enrollment& enrollment) {
  if (!is_redirect(answer.status)) {
    return refuse(fmt::format("{} does not lead to the tracker: it answers with status {} and no redirect", asked.str(),
                              answer.status));
  }
  const auto location = answer.headers.find("location");
  if (location == answer.headers.end()) {
    return refuse(fmt::format("{} redirects without saying where", asked.str()));
  }
  auto target = asked.resolve(location->second);
  if (!target) return pass_on(target.error(), asked.str() + " redirects to nowhere");
  auto step = step_to(*target, enrollment);
  if (!step || std::holds_alternative<ContentId>(*step)) return step;
  if (redirects >= kMaxRedirects) {
    return refuse(fmt::format("more than {} redirects, the last from {}", kMaxRedirects, asked.str()));
  }
  return step;
}

void resolve_content(runtime::EventLoop& loop, const std::string& text, const Enrollment& enrollment,
                     const PageAccess& pages, std::function<void(Result<ContentId>)> done) {
  auto resolution = std::make_shared<Resolution>(Resolution{loop, enrollment, pages, std::move(done)});
  loop.post([resolution, step = first_step(text, enrollment)] { take(resolution, step); });
}

}  // namespace waybill::control
