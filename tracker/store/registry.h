#pragma once
// Who and what the tracker knows: ISPs with their prefixes, agreements, components, content, agents, tokens.
// Written by commands, read at start and on every change into the immutable tables that decisions use.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/protocol/enroll.h"
#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/money.h"
#include "common/types/result.h"
#include "common/types/units.h"
#include "tracker/paths/registered_component.h"
#include "tracker/routing/network_file.h"

namespace waybill::tracker {

struct Isp {
  IspId id;
  std::string name;                 // unique, e.g. "SP1"
  std::vector<std::uint32_t> asns;  // RFC 6793; ascending; a number belongs to one ISP at most
  std::string timezone = "UTC";     // IANA name, e.g. "Europe/Berlin"
  std::vector<IpPrefix> prefixes;   // a prefix belongs to one ISP at most
  bool operator==(const Isp&) const = default;
};

// When an ISP lets the uplinks of its customers be used (claim 4).
enum class GrantKind { none, always, hours };
enum class QuotaPeriod { day, month };  // in the ISP's time zone
struct Grant {
  GrantKind kind = GrantKind::none;
  int from_minute = 0;  // of the day in the ISP's time zone; kind hours
  int to_minute = 0;    // exclusive, up to 1440; at or below from_minute: past midnight
  ByteCount quota;      // acknowledged bytes a period; 0: none stated
  QuotaPeriod quota_period = QuotaPeriod::month;
  bool operator==(const Grant&) const = default;
};
// What the operator pays the ISP for the uplink its customers lent, per GB (10^9 bytes) acknowledged.
struct Tariff {
  Money on_net;   // receiver at the same ISP
  Money off_net;  // receiver elsewhere; same currency
  bool operator==(const Tariff&) const = default;
};
struct Agreement {
  AgreementId id;
  IspId isp;
  TimeMs valid_from{};
  std::optional<TimeMs> valid_until;  // exclusive; absent: until ended. One ISP's agreements never overlap.
  Grant grant;
  Tariff tariff;
  bool in_force(TimeMs at) const { return valid_from <= at && (!valid_until || at < *valid_until); }
  bool operator==(const Agreement&) const = default;
};

struct Content {
  ContentId id;
  std::string owner;
  std::string title;
  ContentClass content_class = ContentClass::file;
  ByteCount size;
  ByteCount piece_length;
  std::int64_t pieces = 0;
  TimeMs published{};
  AgentKey publisher;
  std::optional<TimeMs> removed;
  bool operator==(const Content&) const = default;
};

struct EnrolledAgent {
  AgentKey key;
  protocol::AgentRole role = protocol::AgentRole::client;
  std::string name;
  TimeMs enrolled{};
  std::optional<TimeMs> removed = {};  // from then on it is directed no more; its receipts still count
  bool operator==(const EnrolledAgent&) const = default;
};

// Any number of agents may enroll with one token. Only its SHA-256 is kept.
struct EnrollToken {
  ByteString token_hash;  // 32 bytes
  protocol::AgentRole role = protocol::AgentRole::client;
  TimeMs created{};
};

// Every call is one durable transaction. Refusals (name taken, prefix claimed, overlapping agreements, unknown names)
// change nothing. Called on the store's thread only.
class Registry {
 public:
  virtual ~Registry() = default;

  virtual Result<Isp> add_isp(const Isp& isp) = 0;            // the id is assigned
  virtual Result<std::vector<Isp>> isps() = 0;                // by name
  virtual Result<Isp> find_isp(const std::string& name) = 0;  // refused where unknown, with the name
  // Refused while an agreement, an order or a component refers to it.
  virtual Status remove_isp(IspId id) = 0;
  // Refused where another ISP has one of them.
  virtual Result<Isp> set_asns(IspId id, const std::vector<std::uint32_t>& asns) = 0;

  virtual Result<Agreement> add_agreement(const Agreement& agreement) = 0;
  virtual Result<std::vector<Agreement>> agreements() = 0;  // by ISP, then time
  virtual Status end_agreement(AgreementId id, TimeMs at) = 0;

  // All or none; the ids are assigned. Refused: what ComponentClaims refuses beside those that are registered (a name
  // that is taken, two claims to one address, prefix or pattern, ...), and an unknown ISP.
  virtual Result<std::vector<RegisteredComponent>> add_components(
      const std::vector<RegisteredComponent>& components) = 0;
  virtual Result<std::vector<RegisteredComponent>> components() = 0;  // by name
  virtual Status remove_component(ComponentId id) = 0;                // refused while an insight names it
  // All or none; the ids are assigned. Refused: the same again, ends that are the same, a component between itself and
  // another, an unknown component that lies there.
  virtual Result<std::vector<ComponentInsight>> add_insights(const std::vector<ComponentInsight>& insights) = 0;
  virtual Result<std::vector<ComponentInsight>> insights() = 0;  // by id
  virtual Status remove_insight(InsightId id) = 0;

  virtual Status add_content(const Content& content, ByteView torrent) = 0;  // identical again: accepted, no change
  virtual Result<std::vector<Content>> contents() = 0;                       // removed ones included
  virtual Result<ByteString> torrent_of(const ContentId& id) = 0;
  virtual Status remove_content(const ContentId& id, TimeMs at) = 0;

  virtual Status add_enroll_token(const EnrollToken& token) = 0;
  virtual Result<std::optional<EnrollToken>> find_enroll_token(ByteView token_hash) = 0;
  // The same key again: role and name updated. Refused for a key that was removed.
  virtual Status enroll_agent(const EnrolledAgent& agent) = 0;
  virtual Result<std::vector<EnrolledAgent>> agents() = 0;  // removed ones included
  virtual Status remove_agent(const AgentKey& key, TimeMs at) = 0;

  // What is known of networks beyond the registry, one of each kind: another one of the kind takes its place.
  virtual Status set_network_file(const NetworkFile& file) = 0;
  virtual Result<std::vector<NetworkFile>> network_files() = 0;        // by kind
  virtual Result<bool> remove_network_file(NetworkFileKind kind) = 0;  // false: there was none

  // Rises with every change to ISPs, prefixes, components, insights or network files: the version of the tables that
  // resolve paths.
  virtual Result<std::int64_t> table_version() = 0;
  // Rises with every change to what stands here but enrol tokens, by this process or another: whoever keeps a copy asks
  // now and then, and reads again where it rose.
  virtual Result<std::int64_t> registry_version() = 0;
};

}  // namespace waybill::tracker
