#pragma once
#include "tracker/store/access_tokens.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlAccessTokens final : public AccessTokens {
 public:
  explicit SqlAccessTokens(SqlConnection& connection) : connection_(connection) {}

  Result<AccessToken> add(const AccessToken& token, ByteView hash) override;
  Result<std::optional<AccessToken>> find(ByteView hash) override;
  Result<std::vector<AccessToken>> list() override;
  Status revoke(std::int64_t id, TimeMs at) override;

 private:
  SqlConnection& connection_;
};

}  // namespace waybill::tracker
