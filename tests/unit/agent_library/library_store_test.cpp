#include "agent/library/library_store.h"

#include <doctest/doctest.h>

#include "common/crypto/digest.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::library {

namespace {

LibraryEntry entry(const std::string& name) {
  LibraryEntry entry;
  entry.content = ContentId::from_bytes(crypto::sha256(name)).value();
  entry.state = EntryState::downloading;
  entry.path = "/films/" + name;
  entry.name = name;
  entry.size = {1234};
  entry.sequential = true;
  entry.started = {5};
  return entry;
}

}  // namespace

TEST_CASE("entries come back in order, with their torrents, across restarts") {
  testing::TemporaryFolder folder;
  auto first = entry("first"), second = entry("odd \xff name");
  second.name = "odd name";
  {
    auto store = LibraryStore::open(folder / "library.sqlite").value();
    REQUIRE(store->add(first, ByteString("t\0rrent", 7)));
    REQUIRE(store->add(second, "second torrent"));
    first.state = EntryState::complete;
    first.completed = {9};
    first.delivery = ByteString("d\0", 2);
    REQUIRE(store->update(first));
  }
  auto store = LibraryStore::open(folder / "library.sqlite").value();
  CHECK(*store->load() == std::vector{first, second});
  CHECK(*store->torrent(first.content) == ByteString("t\0rrent", 7));
}

TEST_CASE("adding again replaces; removing removes; what is absent fails by its name") {
  testing::TemporaryFolder folder;
  auto store = LibraryStore::open(folder / "library.sqlite").value();
  auto one = entry("one");
  REQUIRE(store->add(one, "torrent"));
  one.path = "/elsewhere";
  REQUIRE(store->add(one, "torrent two"));
  CHECK(*store->load() == std::vector{one});
  CHECK(*store->torrent(one.content) == "torrent two");
  REQUIRE(store->remove(one.content));
  CHECK(store->load()->empty());
  const auto gone = store->update(one);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message.find(one.content.brief()) != std::string::npos);
  CHECK_FALSE(store->torrent(one.content));
}

}  // namespace waybill::library
