#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/store/stock_clients.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};

ByteString hash_of(std::int64_t id) { return ByteString(32, static_cast<char>('a' + id)); }

ContentId publish(Store& store, const std::string& title) {
  Content content;
  content.id = sample::content_of(title);
  content.owner = "Studio";
  content.title = title;
  content.size = {100};
  content.piece_length = {16'384};
  content.pieces = 1;
  REQUIRE(store.registry().add_content(content, "torrent"));
  return content.id;
}

}  // namespace

TEST_CASE_TEMPLATE("subscribers are kept with their keys' hashes, and revoked once", Engine, WAYBILL_ENGINES) {
  Engine engine;
  Subscriber house;
  {
    const auto store = contract::open(engine);
    const auto before = *store->registry().registry_version();
    const auto added = store->stock_clients().add_subscriber("house", kNow, hash_of);
    REQUIRE_MESSAGE(added, added.error().message);
    house = *added;
    CHECK(house.key_hash == hash_of(house.id));
    CHECK(*store->registry().registry_version() > before);
    CHECK_FALSE(store->stock_clients().add_subscriber("house", kNow, hash_of));
    REQUIRE(store->stock_clients().add_subscriber("flat", kNow, hash_of));
  }
  const auto store = contract::open(engine, StoreAccess::read_write);
  auto& stock = store->stock_clients();
  REQUIRE(stock.subscribers());
  REQUIRE(stock.subscribers()->size() == 2);
  CHECK(stock.subscribers()->front() == house);
  const auto before = *store->registry().registry_version();
  REQUIRE(stock.revoke_subscriber(house.id, kNow + hours(1)));
  CHECK(*store->registry().registry_version() > before);
  CHECK(stock.subscribers()->front().revoked == kNow + hours(1));
  CHECK_FALSE(stock.revoke_subscriber(house.id, kNow + hours(2)));
  CHECK_FALSE(stock.revoke_subscriber(99, kNow));
  CHECK(stock.add_subscriber("house", kNow, hash_of));  // the name is free again
}

TEST_CASE_TEMPLATE("a content has one twin, and a twin one content", Engine, WAYBILL_ENGINES) {
  Engine engine;
  const auto store = contract::open(engine);
  auto& stock = store->stock_clients();
  const auto film = publish(*store, "Film"), song = publish(*store, "Song");
  const Twin twin{film, *TwinHash::from_bytes(ByteString(20, 'x'))};
  const Twin other{film, *TwinHash::from_bytes(ByteString(20, 'y'))};
  CHECK_FALSE(*stock.twin_of(film));
  REQUIRE(stock.add_twin(twin, "bytes"));
  REQUIRE(stock.add_twin(twin, "bytes"));
  CHECK(*stock.twins() == std::vector<Twin>{twin});
  CHECK(**stock.twin_of(film) == "bytes");
  CHECK_FALSE(*stock.twin_of(song));
  CHECK_FALSE(stock.add_twin(other, "bytes"));
  CHECK_FALSE(stock.add_twin({song, twin.hash}, "bytes"));
  CHECK(stock.twins()->size() == 1);
}

TEST_CASE_TEMPLATE("an order that nobody acknowledges is known as such", Engine, WAYBILL_ENGINES) {
  Engine engine;
  const auto store = contract::open(engine);
  sample::OrderPlan plan;
  plan.agreement = {};
  auto issued = sample::issue(plan);
  issued.order.order.stock_address = issued.receiver_address;
  plan.number = 2;
  REQUIRE(store->evidence().add_orders({issued, sample::issue(plan)}));
  const auto found = store->evidence().find_orders({sample::order_id(1), sample::order_id(2)});
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  for (const auto& facts : *found) CHECK(facts.unacknowledged == (facts.id == sample::order_id(1)));
}

TEST_CASE_TEMPLATE("a web seed is of one content", Engine, WAYBILL_ENGINES) {
  Engine engine;
  const auto film_url = std::string("http://cdn.example/film.mp4");
  ContentId film, song;
  {
    const auto store = contract::open(engine);
    auto& stock = store->stock_clients();
    film = publish(*store, "Film");
    song = publish(*store, "Song");
    CHECK(stock.web_seeds(std::nullopt)->empty());
    REQUIRE(stock.add_web_seed({film, film_url, kNow}));
    REQUIRE(stock.add_web_seed({film, "http://cdn2.example/film.mp4", kNow}));
    REQUIRE(stock.add_web_seed({song, "http://cdn.example/song.mp3", kNow}));
    CHECK_FALSE(stock.add_web_seed({film, film_url, kNow}));
    CHECK_FALSE(stock.add_web_seed({song, film_url, kNow}));
  }
  const auto store = contract::open(engine, StoreAccess::read_write);
  auto& stock = store->stock_clients();
  CHECK(stock.web_seeds(std::nullopt)->size() == 3);
  CHECK(stock.web_seeds(film) ==
        std::vector<WebSeed>{{film, film_url, kNow}, {film, "http://cdn2.example/film.mp4", kNow}});
  CHECK_FALSE(stock.remove_web_seed(song, film_url));
  REQUIRE(stock.remove_web_seed(film, film_url));
  CHECK_FALSE(stock.remove_web_seed(film, film_url));
  REQUIRE(stock.add_web_seed({song, film_url, kNow}));  // it is free again
  for (auto count = static_cast<std::int64_t>(stock.web_seeds(film)->size()); count < kMaxWebSeeds; ++count) {
    REQUIRE(stock.add_web_seed({film, "http://cdn.example/" + std::to_string(count), kNow}));
  }
  CHECK_FALSE(stock.add_web_seed({film, "http://cdn.example/more", kNow}));
}
