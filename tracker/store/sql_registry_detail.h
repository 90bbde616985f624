#pragma once
#include "tracker/store/registry.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

// Inside the transaction that changes what trackers keep copies of: other processes read it again.
void raise_registry_version(SqlConnection& connection);

class SqlRegistry final : public Registry {
 public:
  explicit SqlRegistry(SqlConnection& connection) : connection_(connection) {}

  Result<Isp> add_isp(const Isp& isp) override;
  Result<std::vector<Isp>> isps() override;
  Result<Isp> find_isp(const std::string& name) override;
  Status remove_isp(IspId id) override;
  Result<Isp> set_asns(IspId id, const std::vector<std::uint32_t>& asns) override;

  Result<Agreement> add_agreement(const Agreement& agreement) override;
  Result<std::vector<Agreement>> agreements() override;
  Status end_agreement(AgreementId id, TimeMs at) override;

  Result<std::vector<RegisteredComponent>> add_components(const std::vector<RegisteredComponent>& components) override;
  Result<std::vector<RegisteredComponent>> components() override;
  Status remove_component(ComponentId id) override;
  Result<std::vector<ComponentInsight>> add_insights(const std::vector<ComponentInsight>& insights) override;
  Result<std::vector<ComponentInsight>> insights() override;
  Status remove_insight(InsightId id) override;

  Status add_content(const Content& content, ByteView torrent) override;
  Result<std::vector<Content>> contents() override;
  Result<ByteString> torrent_of(const ContentId& id) override;
  Status remove_content(const ContentId& id, TimeMs at) override;

  Status add_enroll_token(const EnrollToken& token) override;
  Result<std::optional<EnrollToken>> find_enroll_token(ByteView token_hash) override;
  Status enroll_agent(const EnrolledAgent& agent) override;
  Status remove_agent(const AgentKey& key, TimeMs at) override;
  Result<std::vector<EnrolledAgent>> agents() override;

  Status set_network_file(const NetworkFile& file) override;
  Result<std::vector<NetworkFile>> network_files() override;
  Result<bool> remove_network_file(NetworkFileKind kind) override;

  Result<std::int64_t> table_version() override;
  Result<std::int64_t> registry_version() override;

 private:
  void raise_table_version();
  Status claim_prefixes(IspId isp, const std::vector<IpPrefix>& prefixes);
  Status claim_asns(IspId isp, std::vector<std::uint32_t> asns);
  Status refuse_overlap(const Agreement& agreement);
  Status check_isps(const std::vector<RegisteredComponent>& components);
  void insert_components(std::vector<RegisteredComponent>& components);
  std::string isp_name(std::int64_t id);  // for messages

  SqlConnection& connection_;
};

}  // namespace waybill::tracker
