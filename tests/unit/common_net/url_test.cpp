#include <doctest/doctest.h>

#include "common/net/http.h"

using namespace waybill;
using namespace waybill::net;

TEST_CASE("a URL is taken apart and put together again") {
  const auto url = Url::parse("HTTPS://Tracker.Example:8443/v1/content?id=a%20b#part").value();
  CHECK(url.scheme == "https");
  CHECK(url.host == "tracker.example");
  CHECK(url.port == 8443);
  CHECK(url.target == "/v1/content?id=a%20b");
  CHECK(url.str() == "https://tracker.example:8443/v1/content?id=a%20b");

  CHECK(Url::parse("http://a").value().str() == "http://a/");
  CHECK(Url::parse("http://a").value().port == 80);
  CHECK(Url::parse("https://a?x=1").value().str() == "https://a/?x=1");
  CHECK(Url::parse("https://a:443/").value().str() == "https://a/");
  CHECK(Url::parse("http://a:/").value().port == 80);
  const auto v6 = Url::parse("http://[2001:DB8::1]:81/x").value();
  CHECK(v6.host == "2001:db8::1");
  CHECK(v6.str() == "http://[2001:db8::1]:81/x");
}

TEST_CASE("what is no http URL is refused") {
  for (const auto* bad : {"",
                          "a",
                          "/x",
                          "http:",
                          "http:/a",
                          "http://",
                          "http:///x",
                          "ftp://a/",
                          "waybill://a",
                          "http://a:0/",
                          "http://a:65536/",
                          "http://a:8x/",
                          "http://a b/",
                          "http://a/b c",
                          "http://a/\n",
                          "http://[::1",
                          "http://[127.0.0.1]/",
                          "http://[::1]x/",
                          "http://user@a/",
                          "http://a/\\b",
                          "http://a/<",
                          "http://\xc3\xa4/",
                          "http://a:80:80/",
                          "://a"}) {
    CAPTURE(bad);
    const auto parsed = Url::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::refused);
  }
  CHECK(Url::parse("http://a/" + std::string(8000, 'x')));
  CHECK_FALSE(Url::parse("http://a/" + std::string(9000, 'x')));
  CHECK_FALSE(Url::parse(std::string("http://a/\0x", 11)));
}

TEST_CASE("references are resolved as in RFC 3986 5.4") {
  const auto base = Url::parse("http://a/b/c/d;p?q").value();
  struct Case {
    const char *reference, *target;
  };
  for (const auto& [reference, target] : {Case{"g", "http://a/b/c/g"},
                                          Case{"./g", "http://a/b/c/g"},
                                          Case{"g/", "http://a/b/c/g/"},
                                          Case{"/g", "http://a/g"},
                                          Case{"//g", "http://g/"},
                                          Case{"?y", "http://a/b/c/d;p?y"},
                                          Case{"g?y", "http://a/b/c/g?y"},
                                          Case{"#s", "http://a/b/c/d;p?q"},
                                          Case{"g#s", "http://a/b/c/g"},
                                          Case{";x", "http://a/b/c/;x"},
                                          Case{"", "http://a/b/c/d;p?q"},
                                          Case{".", "http://a/b/c/"},
                                          Case{"./", "http://a/b/c/"},
                                          Case{"..", "http://a/b/"},
                                          Case{"../", "http://a/b/"},
                                          Case{"../g", "http://a/b/g"},
                                          Case{"../..", "http://a/"},
                                          Case{"../../g", "http://a/g"},
                                          Case{"../../../g", "http://a/g"},
                                          Case{"/./g", "http://a/g"},
                                          Case{"/../g", "http://a/g"},
                                          Case{"g.", "http://a/b/c/g."},
                                          Case{"..g", "http://a/b/c/..g"},
                                          Case{"./../g", "http://a/b/g"},
                                          Case{"./g/.", "http://a/b/c/g/"},
                                          Case{"g/../h", "http://a/b/c/h"},
                                          Case{"g?y/../x", "http://a/b/c/g?y/../x"},
                                          Case{"https://h:1/x", "https://h:1/x"}}) {
    CAPTURE(reference);
    CHECK(base.resolve(reference).value().str() == target);
  }
  CHECK(Url::parse("http://[::1]:81/a").value().resolve("/b").value().str() == "http://[::1]:81/b");
}

TEST_CASE("references that lead out of http, or hold what a URL must not, are refused") {
  const auto base = Url::parse("https://a/b").value();
  for (const auto* bad :
       {"javascript:alert(1)", "file:///etc/passwd", "//", "/x\r\nset-cookie: a=b", "/a b", "ftp://a/"}) {
    CAPTURE(bad);
    const auto resolved = base.resolve(bad);
    REQUIRE_FALSE(resolved);
    CHECK(resolved.error().kind == ErrorKind::refused);
  }
  CHECK_FALSE(base.resolve(std::string(9000, 'x')));
}
