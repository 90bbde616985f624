// Content, enrol tokens and agents.
#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

namespace {

constexpr char kContentColumns[] =
    "SELECT id, owner, title, size, piece_length, pieces, published, publisher, removed, class FROM contents ";

Content read_content(const SqlRow& row) {
  Content content;
  content.id = row.id<ContentId>(0);
  content.owner = row.text(1);
  content.title = row.text(2);
  content.size = {row.integer(3)};
  content.piece_length = {row.integer(4)};
  content.pieces = row.integer(5);
  content.published = row.time(6);
  content.publisher = row.id<AgentKey>(7);
  content.removed = row.optional_time(8);
  content.content_class = static_cast<ContentClass>(row.integer(9));
  return content;
}

// What a repeated publication must agree on; when and by which CDN node it came may differ.
bool same_content(const Content& a, const Content& b) {
  return a.owner == b.owner && a.title == b.title && a.content_class == b.content_class && a.size == b.size &&
         a.piece_length == b.piece_length && a.pieces == b.pieces;
}

}  // namespace

Status SqlRegistry::add_content(const Content& content, ByteView torrent) {
  return connection_.write([&]() -> Status {
    {
      auto row = connection_.query(std::string(kContentColumns) + "WHERE id = ?");
      if (row.bind(content.id).step()) {
        const auto known = read_content(row);
        if (known.removed) return refuse("content " + content.id.brief() + " was removed by the operator");
        if (same_content(known, content)) return {};
        return refuse("content " + content.id.brief() + " is published already, as \"" + known.title + "\" of " +
                      known.owner + ", class " + name_of(known.content_class));
      }
    }
    connection_
        .query(
            "INSERT INTO contents(id, owner, title, size, piece_length, pieces, published, publisher, removed, "
            "class, torrent) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(content.id, content.owner, content.title, content.size, content.piece_length, content.pieces,
              content.published, content.publisher, content.removed, static_cast<int>(content.content_class),
              Blob{torrent})
        .run();
    raise_registry_version(connection_);
    return {};
  });
}

Result<std::vector<Content>> SqlRegistry::contents() {
  return connection_.read([&]() -> Result<std::vector<Content>> {
    std::vector<Content> all;
    auto rows = connection_.query(std::string(kContentColumns) + "ORDER BY published, id");
    while (rows.step()) all.push_back(read_content(rows));
    return all;
  });
}

Result<ByteString> SqlRegistry::torrent_of(const ContentId& id) {
  return connection_.read([&]() -> Result<ByteString> {
    auto row = connection_.query("SELECT torrent FROM contents WHERE id = ?");
    if (!row.bind(id).step()) return refuse("there is no content " + id.hex());
    return row.bytes(0);
  });
}

Status SqlRegistry::remove_content(const ContentId& id, TimeMs at) {
  return connection_.write([&]() -> Status {
    auto update = connection_.query("UPDATE contents SET removed = ? WHERE id = ? AND removed IS NULL");
    if (update.bind(at, id).run() == 0) return refuse("there is no content " + id.hex() + " that could be removed");
    raise_registry_version(connection_);
    return {};
  });
}

Status SqlRegistry::add_enroll_token(const EnrollToken& token) {
  return connection_.write([&]() -> Status {
    connection_
        .query(
            "INSERT INTO enroll_tokens(token_hash, role, created) VALUES(?, ?, ?) "
            "ON CONFLICT(token_hash) DO UPDATE SET role = excluded.role, created = excluded.created")
        .bind(Blob{token.token_hash}, static_cast<int>(token.role), token.created)
        .run();
    return {};
  });
}

Result<std::optional<EnrollToken>> SqlRegistry::find_enroll_token(ByteView token_hash) {
  return connection_.read([&]() -> Result<std::optional<EnrollToken>> {
    auto row = connection_.query("SELECT token_hash, role, created FROM enroll_tokens WHERE token_hash = ?");
    if (!row.bind(Blob{token_hash}).step()) return std::nullopt;
    return EnrollToken{row.bytes(0), static_cast<protocol::AgentRole>(row.integer(1)), row.time(2)};
  });
}

Status SqlRegistry::enroll_agent(const EnrolledAgent& agent) {
  return connection_.write([&]() -> Status {
    auto entered = connection_.query(
        "INSERT INTO agents(key, role, name, enrolled) VALUES(?, ?, ?, ?) "
        "ON CONFLICT(key) DO UPDATE SET role = excluded.role, name = excluded.name WHERE agents.removed IS NULL");
    if (entered.bind(agent.key, static_cast<int>(agent.role), agent.name, agent.enrolled).run() == 0) {
      return refuse("this agent was taken off the register: enroll anew from an empty data directory");
    }
    raise_registry_version(connection_);
    return {};
  });
}

Status SqlRegistry::remove_agent(const AgentKey& key, TimeMs at) {
  return connection_.write([&]() -> Status {
    auto update = connection_.query("UPDATE agents SET removed = ? WHERE key = ? AND removed IS NULL");
    if (update.bind(at, key).run() == 0) return refuse("no agent " + key.brief() + " is on the register");
    raise_registry_version(connection_);
    return {};
  });
}

Result<std::vector<EnrolledAgent>> SqlRegistry::agents() {
  return connection_.read([&]() -> Result<std::vector<EnrolledAgent>> {
    std::vector<EnrolledAgent> all;
    auto rows = connection_.query("SELECT key, role, name, enrolled, removed FROM agents ORDER BY enrolled, key");
    while (rows.step()) {
      all.push_back({rows.id<AgentKey>(0), static_cast<protocol::AgentRole>(rows.integer(1)), rows.text(2),
                     rows.time(3), rows.optional_time(4)});
    }
    return all;
  });
}

}  // namespace waybill::tracker
