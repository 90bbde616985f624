#include "tracker/store/stock_clients.h"

#include "tracker/store/sql_filter_detail.h"
#include "tracker/store/sql_registry_detail.h"
#include "tracker/store/sql_stock_clients_detail.h"

namespace waybill::tracker {

Result<Subscriber> SqlStockClients::add_subscriber(const std::string& name, TimeMs created,
                                                   const std::function<ByteString(std::int64_t id)>& key_hash_of) {
  return connection_.write([&]() -> Result<Subscriber> {
    {
      auto in_force = connection_.query("SELECT name FROM subscribers WHERE revoked IS NULL ORDER BY id");
      std::int64_t count = 0;
      for (; in_force.step(); ++count) {
        if (in_force.text(0) == name) {
          return refuse("there is a subscriber " + name + " already: revoke it first or take another name");
        }
      }
      if (count >= kMaxSubscribers) {
        return refuse("there are " + std::to_string(kMaxSubscribers) + " subscribers: revoke one first");
      }
    }
    Subscriber added{0, name, created, {}, {}};
    added.id = connection_.query("INSERT INTO subscribers(name, created) VALUES(?, ?) RETURNING id")
                   .bind(name, created)
                   .run_for_id();
    added.key_hash = key_hash_of(added.id);
    connection_.query("UPDATE subscribers SET key_hash = ? WHERE id = ?").bind(Blob{added.key_hash}, added.id).run();
    raise_registry_version(connection_);
    return added;
  });
}

Result<std::vector<Subscriber>> SqlStockClients::subscribers() {
  return connection_.read([&]() -> Result<std::vector<Subscriber>> {
    std::vector<Subscriber> found;
    auto rows = connection_.query("SELECT id, name, created, revoked, key_hash FROM subscribers ORDER BY id");
    while (rows.step()) {
      found.push_back({rows.integer(0), rows.text(1), rows.time(2), rows.optional_time(3), rows.bytes(4)});
    }
    return found;
  });
}

Status SqlStockClients::revoke_subscriber(std::int64_t id, TimeMs at) {
  return connection_.write([&]() -> Status {
    auto update = connection_.query("UPDATE subscribers SET revoked = ? WHERE id = ? AND revoked IS NULL");
    if (update.bind(at, id).run() == 0) return refuse("there is no subscriber " + std::to_string(id) + " in force");
    raise_registry_version(connection_);
    return {};
  });
}

Status SqlStockClients::add_twin(const Twin& twin, ByteView torrent) {
  return connection_.write([&]() -> Status {
    {
      auto known = connection_.query("SELECT content, hash FROM twins WHERE content = ? OR hash = ?");
      if (known.bind(twin.content, Blob{twin.hash.view()}).step()) {
        if (known.id<ContentId>(0) == twin.content && known.id<TwinHash>(1) == twin.hash) return {};
        return refuse("content " + known.id<ContentId>(0).brief() + " has the twin " + known.id<TwinHash>(1).hex() +
                      " already");
      }
    }
    connection_.query("INSERT INTO twins(content, hash, torrent) VALUES(?, ?, ?)")
        .bind(twin.content, Blob{twin.hash.view()}, Blob{torrent})
        .run();
    raise_registry_version(connection_);
    return {};
  });
}

Result<std::vector<Twin>> SqlStockClients::twins() {
  return connection_.read([&]() -> Result<std::vector<Twin>> {
    std::vector<Twin> found;
    auto rows = connection_.query("SELECT content, hash FROM twins ORDER BY content");
    while (rows.step()) found.push_back({rows.id<ContentId>(0), rows.id<TwinHash>(1)});
    return found;
  });
}

Result<std::optional<ByteString>> SqlStockClients::twin_of(const ContentId& content) {
  return connection_.read([&]() -> Result<std::optional<ByteString>> {
    auto row = connection_.query("SELECT torrent FROM twins WHERE content = ?");
    if (!row.bind(content).step()) return std::optional<ByteString>();
    return std::optional(row.bytes(0));
  });
}

Status SqlStockClients::add_web_seed(const WebSeed& seed) {
  return connection_.write([&]() -> Status {
    {
      auto taken = connection_.query("SELECT content FROM web_seeds WHERE url = ?");
      if (taken.bind(seed.url).step()) {
        return refuse(taken.id<ContentId>(0) == seed.content
                          ? "this content has that web seed already"
                          : "that URL is a web seed of content " + taken.id<ContentId>(0).brief() +
                                " already: each content needs a URL of its own");
      }
      auto count = connection_.query("SELECT count(*) FROM web_seeds WHERE content = ?");
      if (count.bind(seed.content).step() && count.integer(0) >= kMaxWebSeeds) {
        return refuse("this content has " + std::to_string(kMaxWebSeeds) + " web seeds: remove one first");
      }
    }
    connection_.query("INSERT INTO web_seeds(url, content, added) VALUES(?, ?, ?)")
        .bind(seed.url, seed.content, seed.added)
        .run();
    return {};
  });
}

Status SqlStockClients::remove_web_seed(const ContentId& content, const std::string& url) {
  return connection_.write([&]() -> Status {
    auto removed = connection_.query("DELETE FROM web_seeds WHERE content = ? AND url = ?");
    if (removed.bind(content, url).run() == 0) {
      return refuse("this content has no such web seed: `content webseed list` shows them");
    }
    return {};
  });
}

Result<std::vector<WebSeed>> SqlStockClients::web_seeds(const std::optional<ContentId>& content) {
  SqlFilter filter;
  filter.add_if("content = ?", content);
  return connection_.read([&]() -> Result<std::vector<WebSeed>> {
    std::vector<WebSeed> found;
    auto rows =
        connection_.query("SELECT content, url, added FROM web_seeds" + filter.where() + " ORDER BY content, url");
    filter.bind_to(rows);
    while (rows.step()) found.push_back({rows.id<ContentId>(0), rows.text(1), rows.time(2)});
    return found;
  });
}

}  // namespace waybill::tracker
