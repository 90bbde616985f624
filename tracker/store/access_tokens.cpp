#include "tracker/store/access_tokens.h"

#include "tracker/store/sql_access_tokens_detail.h"

namespace waybill::tracker {

namespace {

constexpr char kSelect[] = "SELECT id, name, role, isp, owner, created, expires, revoked FROM access_tokens ";

AccessToken read_token(const SqlRow& row) {
  return {row.integer(0),       row.text(1),         static_cast<Role>(row.integer(2)),
          row.row_id<IspId>(3), row.text(4),         row.time(5),
          row.time(6),          row.optional_time(7)};
}

}  // namespace

Result<AccessToken> SqlAccessTokens::add(const AccessToken& token, ByteView hash) {
  if (hash.size() != kTokenHashSize) return refuse("a token's hash has 32 bytes");
  if (token.expires <= token.created) return refuse("the token expires before it begins");
  return connection_.write([&]() -> Result<AccessToken> {
    {
      auto same = connection_.query("SELECT 1 FROM access_tokens WHERE hash = ?");
      if (same.bind(Blob{hash}).step()) return refuse("there is such a token already");
    }
    {
      auto in_force = connection_.query(
          "SELECT name FROM access_tokens WHERE expires > ? AND (revoked IS NULL OR revoked > ?) ORDER BY id");
      in_force.bind(token.created, token.created);
      std::int64_t count = 0;
      for (; in_force.step(); ++count) {
        if (in_force.text(0) == token.name) {
          return refuse("a token named " + token.name + " is in force already: revoke it first or take another name");
        }
      }
      if (count >= kMaxTokensInForce) {
        return refuse("there are " + std::to_string(kMaxTokensInForce) + " tokens in force: revoke one first");
      }
    }
    auto added = token;
    added.id = connection_
                   .query(
                       "INSERT INTO access_tokens(hash, name, role, isp, owner, created, expires, revoked) "
                       "VALUES(?, ?, ?, ?, ?, ?, ?, ?) RETURNING id")
                   .bind(Blob{hash}, token.name, static_cast<int>(token.role), token.isp, token.owner, token.created,
                         token.expires, token.revoked)
                   .run_for_id();
    return added;
  });
}

Result<std::optional<AccessToken>> SqlAccessTokens::find(ByteView hash) {
  return connection_.read([&]() -> Result<std::optional<AccessToken>> {
    auto row = connection_.query(std::string(kSelect) + "WHERE hash = ?");
    if (!row.bind(Blob{hash}).step()) return std::optional<AccessToken>();
    return std::optional(read_token(row));
  });
}

Result<std::vector<AccessToken>> SqlAccessTokens::list() {
  return connection_.read([&]() -> Result<std::vector<AccessToken>> {
    std::vector<AccessToken> found;
    auto rows = connection_.query(std::string(kSelect) + "ORDER BY id");
    while (rows.step()) found.push_back(read_token(rows));
    return found;
  });
}

Status SqlAccessTokens::revoke(std::int64_t id, TimeMs at) {
  return connection_.write([&]() -> Status {
    {
      auto row = connection_.query(std::string(kSelect) + "WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no token " + std::to_string(id));
      if (!read_token(row).in_force(at)) return refuse("token " + std::to_string(id) + " is not in force any more");
    }
    connection_.query("UPDATE access_tokens SET revoked = ? WHERE id = ?").bind(at, id).run();
    return {};
  });
}

}  // namespace waybill::tracker
