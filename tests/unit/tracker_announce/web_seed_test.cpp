#include "tracker/announce/web_seed.h"

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::tracker;

TEST_CASE("two spellings of one file's URL are known to be one") {
  const auto key = web_seed_key("http://cdn.example/films/a%20b.mp4");
  REQUIRE(key);
  for (const auto* same : {"http://CDN.example:8080/films/a%20b.mp4", "https://cdn.example/films/%61%20b.mp4",
                           "http://cdn.example/films/a%20b.mp4?session=7"}) {
    CHECK_MESSAGE(web_seed_key(same).value() == *key, same);
  }
  for (const auto* other : {"http://cdn.example/films/A%20b.mp4", "http://cdn2.example/films/a%20b.mp4",
                            "http://cdn.example/films/a%2520b.mp4"}) {
    CHECK_MESSAGE(web_seed_key(other).value() != *key, other);
  }
}

TEST_CASE("a web seed is the http or https URL of a file") {
  CHECK(check_web_seed("http://192.0.2.1:8080/film.mp4"));
  CHECK(check_web_seed("https://[2001:db8::1]/film.mp4"));
  for (const auto* bad :
       {"", "film.mp4", "ftp://h/film.mp4", "http://h", "http://h/", "http://h/films/", "http://h/f?x=1",
        "http://h/f#x", "http://me:secret@h/f", "http://h/a b", "http://h/%zz", "http://h/%2"}) {
    CHECK_FALSE_MESSAGE(check_web_seed(bad), bad);
  }
  CHECK_FALSE(check_web_seed("http://h/" + std::string(kMaxWebSeedBytes, 'a')));
}
