#include "tracker/routing/router_places.h"

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::tracker;

namespace {

std::string guess(const char* name) {
  const auto guessed = RouterPlaces::shipped().guess(name);
  return guessed ? guessed->city + "/" + guessed->state + "/" + guessed->country : "";
}

}  // namespace

TEST_CASE("cities and codes in routers' names") {
  CHECK(RouterPlaces::shipped().size() > 3000);
  CHECK(guess("SanJose.ISP.com") == "San Jose/California/United States");
  CHECK(guess("nyc.he.net") == "New York/New York/United States");
  CHECK(guess("core1.nyc4.he.net") == "New York/New York/United States");
  CHECK(guess("100ge0-33.core1.fra1.he.net.") == "Frankfurt/Hesse/Germany");
  CHECK(guess("ae-1.r20.muc01-de.bb.example.net") == "Munich/Bavaria/Germany");
  CHECK(guess("san-jose2.isp.com") == "San Jose/California/United States");
  CHECK(guess("amsterdam-core.isp.co.uk") == "Amsterdam/Noord-Holland/Netherlands");
  // The city's name and its airport's code are one place.
  CHECK(guess("lhr1.london.isp.com") == "London/England/United Kingdom");
  CHECK(RouterPlaces::shipped().guess("SanJose.ISP.com")->by_name);
  CHECK(!RouterPlaces::shipped().guess("sjc.isp.com")->by_name);
}

TEST_CASE("what is no place is not guessed") {
  // The network's own domain.
  CHECK(guess("fra.com") == "");
  CHECK(guess("core.london.net") == "");
  CHECK(guess("core.fra.co.uk") == "");
  // Words of routers' names that are airports' codes, too: Teresina, Qionghai, Cordoba, Manchester.
  for (const auto* word : {"the", "bar", "cor", "net", "man", "lan", "pop", "gig", "ten", "dsl", "van"}) {
    CHECK_MESSAGE(guess((std::string(word) + "1.isp.com").c_str()) == "", word);
  }
  CHECK(guess("core.isp.com") == "");
  CHECK(guess("fr.isp.com") == "");
  CHECK(guess("fran.isp.com") == "");
  CHECK(guess("") == "");
  CHECK(guess("...") == "");
  // Two places in one name.
  CHECK(guess("fra-muc.isp.com") == "");
  CHECK(guess("fra1.london.isp.com") == "");
}

TEST_CASE("of several cities of one name the one with a large airport, or none") {
  const auto places = RouterPlaces::read(
      "code,size,name,city,state,country\naaa,medium,springfield,Springfield,Illinois,US\n"
      "bbb,medium,springfield,Springfield,Missouri,US\nccc,large,newport,Newport,Wales,UK\n"
      "ddd,medium,newport,Newport,Oregon,US\neee,large,georgetown,Georgetown,,Guyana\n"
      "fff,large,georgetown,Georgetown,,Cayman\n");
  REQUIRE(places);
  CHECK(!places->guess("springfield.isp.com"));
  CHECK(places->guess("newport.isp.com")->country == "UK");
  CHECK(!places->guess("georgetown.isp.com"));
  CHECK(places->guess("eee.isp.com")->country == "Guyana");
  CHECK(!RouterPlaces::read("code,size,name,city,state,country\naaa,large,x\n"));
  CHECK(!RouterPlaces::read("code,size,name,city,state,country\naa,large,x,X,,Y\n"));
  CHECK(!RouterPlaces::read("h\naaa,large,x,X,,Y\naaa,large,x,X,,Y\n"));
}
