#pragma once
#include "tracker/store/sql_connection_detail.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

class SqlStockClients final : public StockClients {
 public:
  explicit SqlStockClients(SqlConnection& connection) : connection_(connection) {}

  Result<Subscriber> add_subscriber(const std::string& name, TimeMs created,
                                    const std::function<ByteString(std::int64_t id)>& key_hash_of) override;
  Result<std::vector<Subscriber>> subscribers() override;
  Status revoke_subscriber(std::int64_t id, TimeMs at) override;
  Status add_twin(const Twin& twin, ByteView torrent) override;
  Result<std::vector<Twin>> twins() override;
  Result<std::optional<ByteString>> twin_of(const ContentId& content) override;
  Status add_web_seed(const WebSeed& seed) override;
  Status remove_web_seed(const ContentId& content, const std::string& url) override;
  Result<std::vector<WebSeed>> web_seeds(const std::optional<ContentId>& content) override;

 private:
  SqlConnection& connection_;
};

}  // namespace waybill::tracker
