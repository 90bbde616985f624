// https to servers of others: trusted by authorities, for their name, in time; and nothing is sent otherwise.
#include <cstdlib>
#include <optional>

#include <doctest/doctest.h>

#include "common/net/http_client.h"
#include "loop_fixture.h"
#include "tests/unit/agent_storage/temporary_folder.h"
#include "tests/unit/common_net/authority_site.h"

namespace waybill::net {
namespace {

// The environment's SSL_CERT_FILE for the time of a test.
class CertificateFile {
 public:
  explicit CertificateFile(const std::filesystem::path& file) { ::setenv("SSL_CERT_FILE", file.c_str(), 1); }
  ~CertificateFile() { ::unsetenv("SSL_CERT_FILE"); }
};

Result<HttpResponse> ask(const AuthoritySite& site, const std::string& host, std::optional<TlsAuthorities> trusted) {
  runtime::EventLoop loop("test");
  ClientOptions options;
  options.authorities = std::move(trusted);
  std::optional<Result<HttpResponse>> result;
  http_exchange(loop, Url{"https", host, site.port(), "/film"}, {}, options,
                [&](Result<HttpResponse> answer) { result = std::move(answer); });
  REQUIRE(run_until(loop, [&] { return result.has_value(); }));
  return *result;
}

void refused(const AuthoritySite& site, const std::string& host, std::optional<TlsAuthorities> trusted,
             const std::string& why) {
  const auto answer = ask(site, host, std::move(trusted));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::refused);
  CHECK_FALSE(answer.error().transient);
  CHECK_MESSAGE(answer.error().message.find(why) != std::string::npos, answer.error().message);
  CHECK(site.requests() == 0);
}

TEST_CASE("a page that an authority vouches for, by address and by name") {
  const testing::TemporaryFolder folder;
  const AuthoritySite site(folder.path(), {"IP:127.0.0.1,DNS:localhost"});
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    CAPTURE(host);
    const auto answer = ask(site, host, TlsAuthorities{site.authority()});
    REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().message));
    CHECK(answer->body == "hello");
  }
  // The system's store, which the environment names here.
  const CertificateFile store(site.authority());
  CHECK(ask(site, "127.0.0.1", TlsAuthorities{}));
  CHECK(site.requests() == 3);
}

TEST_CASE("another authority, another name, an old certificate: refused before a byte of the request") {
  const testing::TemporaryFolder folder, elsewhere;
  const AuthoritySite stranger(elsewhere.path(), {});
  SUBCASE("signed by an authority that is not trusted") {
    const AuthoritySite site(folder.path(), {});
    refused(site, "127.0.0.1", TlsAuthorities{stranger.authority()}, "127.0.0.1:" + std::to_string(site.port()));
    const CertificateFile store(stranger.authority());
    refused(site, "127.0.0.1", TlsAuthorities{}, "cannot be trusted");
  }
  SUBCASE("for another address") {
    const AuthoritySite site(folder.path(), {"IP:127.0.0.2,DNS:localhost"});
    refused(site, "127.0.0.1", TlsAuthorities{site.authority()}, "mismatch");
  }
  SUBCASE("for another name") {
    const AuthoritySite site(folder.path(), {"DNS:owner.example,IP:127.0.0.1"});
    refused(site, "localhost", TlsAuthorities{site.authority()}, "mismatch");
  }
  SUBCASE("expired") {
    const AuthoritySite site(folder.path(), {.subject = "IP:127.0.0.1", .expired = true});
    refused(site, "127.0.0.1", TlsAuthorities{site.authority()}, "expired");
  }
  SUBCASE("nobody is trusted at all") {
    const AuthoritySite site(folder.path(), {});
    refused(site, "127.0.0.1", std::nullopt, "no key is pinned");
  }
}

TEST_CASE("a file of authorities that cannot be read is named") {
  const testing::TemporaryFolder folder;
  const AuthoritySite site(folder.path(), {});
  refused(site, "127.0.0.1", TlsAuthorities{folder / "absent.pem"}, "absent.pem");
}

TEST_CASE("our own server's key is nobody's certificate: authorities do not vouch for it") {
  TestServer test({}, true);
  const testing::TemporaryFolder folder;
  const AuthoritySite site(folder.path(), {});
  ClientOptions options;
  options.authorities = TlsAuthorities{site.authority()};
  const auto answer = test.exchange(test.at("/"), {}, options);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.find("cannot be trusted") != std::string::npos);
  CHECK(test.requests == 0);
}

}  // namespace
}  // namespace waybill::net
