#include "agent/control/content_request.h"

#include <chrono>

#include <doctest/doctest.h>

#include "common/net/http_server.h"
#include "tests/unit/agent_storage/temporary_folder.h"
#include "tests/unit/common_net/authority_site.h"

namespace waybill::control {

namespace {

const std::string kId(64, 'a');

Enrollment enrolled() {
  Enrollment enrollment;
  enrollment.tracker_url = "https://tracker.example:7000";
  return enrollment;
}

std::string content_of_text(const std::string& text) {
  const auto step = first_step(text, enrolled());
  if (!step || !std::holds_alternative<ContentId>(*step)) return "";
  return std::get<ContentId>(*step).hex();
}

net::HttpResponse redirect(const std::string& location, int status = 302) {
  return {status, {{"location", location}}, {}};
}

const net::Url kPage = net::Url::parse("http://owner.example/films/page?x=1").value();

// Pages on a real server, by path; the answer to `text` when everything has been followed.
struct OwnerSite {
  runtime::EventLoop loop{"test"};
  std::map<std::string, net::HttpResponse> pages;
  int asked = 0;
  PageAccess pages_access;
  std::unique_ptr<net::HttpServer> server;

  OwnerSite() {
    net::HttpServerOptions options;
    options.listen = Endpoint::parse("127.0.0.1:0").value();
    net::HttpServer::Handlers handlers;
    handlers.on_request = [this](const net::HttpRequest& request, const net::Respond& respond) {
      ++asked;
      const auto page = pages.find(request.path());
      respond(page == pages.end() ? net::text_response(404, "no page") : page->second);
    };
    handlers.accepts_web_socket = [](const net::HttpRequest&) { return false; };
    server = net::HttpServer::start(loop, options, handlers).value();
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server->local().port) + path;
  }
  Result<ContentId> resolve(const std::string& text) {
    std::optional<Result<ContentId>> answer;
    resolve_content(loop, text, enrolled(), pages_access, [&](Result<ContentId> content) {
      answer = std::move(content);
      loop.stop();
    });
    const auto limit = loop.after(seconds(60), [&] { loop.stop(); });
    loop.run();
    REQUIRE(answer);
    return *answer;
  }
};

}  // namespace

TEST_CASE("ids and the tracker's own content URLs need no page") {
  CHECK(content_of_text(kId) == kId);
  CHECK(content_of_text("https://tracker.example:7000/content/" + kId) == kId);
  CHECK(content_of_text("https://TRACKER.example:7000/content/" + kId + "?from=page") == kId);
}

TEST_CASE("what cannot be a request is refused, and why") {
  struct Case {
    std::string text, says;
  };
  for (const auto& [text, says] : {Case{"nonsense", "not a URL"}, Case{"ftp://owner.example/x", ""},
                                   Case{"https://other.example:7000/content/" + kId, "other.example:7000"},
                                   Case{"https://tracker.example:7001/content/" + kId, "tracker.example:7001"},
                                   Case{"https://tracker.example:7000/content/abc", "64"},
                                   Case{"https://tracker.example:7000/", "names no content"}, Case{"", "not a URL"},
                                   Case{std::string(63, 'a'), "content id"}}) {
    CAPTURE(text);
    const auto step = first_step(text, enrolled());
    REQUIRE_FALSE(step);
    CHECK(step.error().kind == ErrorKind::refused);
    CHECK(step.error().message.find(says) != std::string::npos);
    CHECK(step.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("redirects: every kind, absolute and relative, to the tracker or to another page") {
  for (const int status : {301, 302, 303, 307, 308}) {
    const auto step = next_step(kPage, redirect("https://tracker.example:7000/content/" + kId, status), 1, enrolled());
    REQUIRE(step);
    CHECK(std::get<ContentId>(*step).hex() == kId);
  }
  const auto relative = next_step(kPage, redirect("../other?y=2"), 1, enrolled());
  REQUIRE(relative);
  CHECK(std::get<Follow>(*relative).url.str() == "http://owner.example/other?y=2");
  const auto secure = next_step(kPage, redirect("https://owner.example/page"), 1, enrolled());
  REQUIRE(secure);
  CHECK(std::get<Follow>(*secure).url.str() == "https://owner.example/page");
}

TEST_CASE("redirects that lead nowhere are refused by name") {
  CHECK_FALSE(next_step(kPage, {200, {}, "<html>"}, 1, enrolled()));
  CHECK_FALSE(next_step(kPage, {302, {}, {}}, 1, enrolled()));
  CHECK_FALSE(next_step(kPage, redirect("http://"), 1, enrolled()));
  CHECK_FALSE(next_step(kPage, redirect("file:///etc/passwd"), 1, enrolled()));
  const auto elsewhere = next_step(kPage, redirect("https://evil.example/content/" + kId), 1, enrolled());
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().message.find("evil.example") != std::string::npos);
  // The last redirect may still lead to the content, but to no further page.
  CHECK(next_step(kPage, redirect("https://tracker.example:7000/content/" + kId), kMaxRedirects, enrolled()));
  CHECK_FALSE(next_step(kPage, redirect("/again"), kMaxRedirects, enrolled()));
}

TEST_CASE("a page that redirects through others to the tracker, over real sockets") {
  OwnerSite site;
  site.pages["/film"] = redirect("/relative");
  site.pages["/relative"] = redirect(site.url("/absolute"), 307);
  site.pages["/absolute"] = redirect("https://tracker.example:7000/content/" + kId, 301);
  const auto content = site.resolve(site.url("/film"));
  REQUIRE(content);
  CHECK(content->hex() == kId);
  CHECK(site.asked == 3);
}

TEST_CASE("loops end, missing pages and absent servers are told, over real sockets") {
  OwnerSite site;
  site.pages["/loop"] = redirect("/loop");
  const auto loop = site.resolve(site.url("/loop"));
  REQUIRE_FALSE(loop);
  CHECK(loop.error().message.find("redirects") != std::string::npos);
  CHECK(site.asked == kMaxRedirects);
  const auto missing = site.resolve(site.url("/missing"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("404") != std::string::npos);
  const auto url = site.url("/film");
  site.server.reset();
  CHECK_FALSE(site.resolve(url));
}

TEST_CASE("an https page is followed where authorities vouch for it, over real sockets") {
  const testing::TemporaryFolder folder, elsewhere;
  const std::string answer = "HTTP/1.1 302 Found\r\nlocation: https://tracker.example:7000/content/" + kId +
                             "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  const net::AuthoritySite page(folder.path(), {.answer = answer});
  const net::AuthoritySite stranger(elsewhere.path(), {.answer = answer});
  OwnerSite site;
  const auto url = "https://127.0.0.1:" + std::to_string(page.port()) + "/film";
  site.pages["/film"] = redirect(url);
  site.pages_access.authorities.file = page.authority();
  for (const auto& text : {url, site.url("/film")}) {
    const auto content = site.resolve(text);
    REQUIRE_MESSAGE(content, (content ? "" : content.error().message));
    CHECK(content->hex() == kId);
  }
  CHECK(page.requests() == 2);
  site.pages_access.authorities.file = stranger.authority();
  const auto refused = site.resolve(url);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::refused);
  CHECK_MESSAGE(refused.error().message.find("--ca-file") != std::string::npos, refused.error().message);
  CHECK(page.requests() == 2);
}

}  // namespace waybill::control
