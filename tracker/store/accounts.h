#pragma once
// The accounting objects (patent FIG. 2A, 206) with their counters, and the network component records (FIG. 5). Both
// are derived from evidence in the transaction that records it; accounting/audit.h derives them again and compares.
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/protocol/receipt.h"
#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/units.h"
#include "tracker/paths/resolved_path.h"
#include "tracker/store/time_spans.h"

namespace waybill::tracker {

// The grain of every account: a quarter of an hour, because that is the finest step between the time zones in use, so
// that hours of day, days and months of any of them are sums of whole quarters. All bytes of a receipt are counted in
// the quarter of its `end`. Days, months and the like are kept beside the quarters (time_spans.h), so that a year is a
// sum of few.
inline constexpr DurationMs kQuarter = minutes(15);
struct Quarter {
  std::int64_t number = 0;  // since 1970-01-01T00:00Z
  TimeMs start() const { return {number * kQuarter.value}; }
  auto operator<=>(const Quarter&) const = default;
};
Quarter quarter_of(TimeMs time);           // that holds it
Quarter quarter_at_or_after(TimeMs time);  // the first that starts there or later

struct Counters {
  AckedBytes acked;  // billable
  SentBytes sent;    // sent - acked: unacknowledged
  std::int64_t receipts = 0;
  Counters& operator+=(const Counters& other);
  SentBytes unacknowledged() const { return {sent.value - acked.value}; }
  bool operator==(const Counters&) const = default;
};

// Each kind divides the one before by one more entity; each holds all traffic, CDN nodes' included.
// Stored in the database: never renumbered.
enum class AccountKind : int {
  isp_pair = 1,  // agreement, from, to, cdn_node
  owner = 2,     // ... and owner, class
  content = 3,   // ... and content
  client = 4,    // ... and receiver
};
struct AccountObject {
  AccountKind kind = AccountKind::isp_pair;
  AgreementId agreement;  // under which the sender served; 0: a CDN node
  IspId from;             // the sender's ISP; 0 unknown
  IspId to;               // the receiver's ISP; from == to (not 0) is on-net
  bool cdn_node = false;
  std::string owner;                          // kind owner and beyond
  std::optional<ContentClass> content_class;  // kind owner and beyond
  std::optional<ContentId> content;           // kind content and beyond
  std::optional<AgentKey> client;             // kind client: the receiver
  auto operator<=>(const AccountObject&) const = default;
};
struct AccountChange {
  AccountObject object;
  Quarter quarter;
  Counters added;
};
// What is kept beside the quarters of every object but those of kind client, each of which has few: its days, months
// and quarters of the days of months.
struct AccountSpan {
  AccountObject object;
  Span span;
  Counters counters;
};

enum class AccountDimension {
  isp_pair,
  agreement,
  cdn_node,
  owner,
  content_class,
  content,
  client,
  hour_of_day,
  quarter
};

// Absent fields do not restrict. The narrowest kind that knows every entity named is read.
struct AccountQuery {
  std::optional<IspId> from = {};
  std::optional<IspId> to = {};  // "delivered to" when `from` is absent
  std::optional<bool> on_net = {};
  std::optional<bool> cdn_node = {};
  std::optional<AgreementId> agreement = {};
  std::optional<std::string> owner = {};
  std::optional<ContentClass> content_class = {};
  std::optional<ContentId> content = {};
  std::optional<AgentKey> client = {};
  std::optional<TimeMs> since = {};  // quarters that start at or after it
  std::optional<TimeMs> until = {};  // quarters that start before it
  // Only quarters whose minute of the day lies in [from_minute, to_minute); to_minute at or below from_minute: past
  // midnight. Multiples of 15.
  struct HoursOfDay {
    int from_minute = 0;
    int to_minute = 1440;
  };
  std::optional<HoursOfDay> hours = {};
  MinuteOfDay local_minute = {};             // of the time zone that hours of day are asked in; absent: UTC
  std::set<AccountDimension> group_by = {};  // none: one row with the total
};
// Fields are set where group_by has their dimension. Rows ascend by these fields.
struct AccountRow {
  std::optional<IspId> from;
  std::optional<IspId> to;
  std::optional<AgreementId> agreement;
  std::optional<bool> cdn_node;
  std::optional<std::string> owner;
  std::optional<ContentClass> content_class;
  std::optional<ContentId> content;
  std::optional<AgentKey> client;
  std::optional<int> hour_of_day;  // 0..23, by local_minute
  std::optional<Quarter> quarter;
  Counters counters;
};

// An account row of the traffic that one component carried.
struct ComponentRow {
  std::string key;  // PathComponent::key
  AccountRow row;
};

// One network component record (FIG. 5): this component carried this receipt's bytes.
struct ComponentRecord {
  PathComponent component;  // as the path showed it when it was resolved
  protocol::ReceiptId receipt;
  std::string path;                // printed, raw hops by name or address, "*" where silent
  std::int64_t table_version = 0;  // of the tables that resolved it; raw hops stand in the receipt itself
  AgentKey sender;
  AgentKey receiver;
  IspId source_isp;
  IspId destination_isp;
  ContentId content;
  std::string owner;  // of the content
  std::string title;  // of the content; empty where the registry does not know it
  TimeMs start{};
  TimeMs end{};
  AckedBytes acked;
  SentBytes sent;
};
// Sums and series are read from counters, but for the receipts of one content, and those of the five minutes that the
// window holds in part.
struct ComponentQuery {
  std::optional<std::string> key = {};  // PathComponent::key
  std::optional<ComponentKind> kind = {};
  std::optional<IspId> isp = {};          // with kind inter_isp_link: the ISP that is left (FIG. 7, 704)
  std::optional<IspId> into = {};         // the ISP that is entered
  std::optional<std::string> owner = {};  // of the content
  std::optional<ContentClass> content_class = {};
  std::optional<ContentId> content = {};
  std::optional<TimeMs> since = {};  // end >= since
  std::optional<TimeMs> until = {};  // end < until
};
struct ComponentSum {
  std::string key;
  ComponentKind kind{};
  std::string label;  // as last resolved
  IspId isp;
  IspId into;
  Counters counters;
};

// What one component carried in one span of `grain`, by the `end` of its receipts.
struct ComponentBucket {
  std::string key;
  TimeMs start{};  // a whole multiple of the grain since 1970
  Counters counters;
};
// One counter of a component as it is kept: of five minutes, a day or a month; of all traffic, or of one owner's
// content of one class.
struct ComponentCounter {
  std::string key;
  IspId isp;  // as PathComponent has them
  IspId into;
  std::string owner;                          // empty: all traffic
  std::optional<ContentClass> content_class;  // set where `owner` is
  Span span;
  Counters counters;
};

// What an ISP's customers sent in five minutes, CDN nodes apart: what the percentile of a statement is taken of.
struct UplinkCounter {
  IspId isp;
  TimeMs start{};  // a whole multiple of five minutes since 1970
  AgreementId agreement;
  bool on_net = false;
  std::string owner;
  ContentClass content_class = ContentClass::file;
  Counters counters;
};

// What was sent in five minutes to clients that acknowledge nothing, by the senders' word alone: to stock BitTorrent
// clients, and by CDN nodes' web servers. Billed only where an agreement prices it.
struct UnacknowledgedCounter {
  IspId isp;  // the senders'
  TimeMs start{};
  AgreementId agreement;  // 0: CDN nodes
  bool on_net = false;
  bool cdn_node = false;
  std::string owner;  // of the content
  ContentClass content_class = ContentClass::file;
  SentBytes sent;
  std::int64_t receipts = 0;  // receipts, and records of web servers
};
struct UnacknowledgedQuery {
  std::optional<IspId> isp = {};
  std::optional<bool> cdn_node = {};
  std::optional<std::string> owner = {};
  TimeMs since{};  // the five minutes that start in [since, until)
  TimeMs until{};
};

class Accounts {
 public:
  virtual ~Accounts() = default;

  // For ingest only, beside Evidence::add_receipts, which counts what components and uplinks carried.
  virtual Status add(const std::vector<AccountChange>& changes) = 0;
  virtual Result<std::vector<AccountRow>> query(const AccountQuery& query) = 0;
  // By object, then quarter or span. The visitor must not call the store; an error of its ends the visit.
  virtual Status each(const std::function<Status(const AccountChange&)>& visit) = 0;
  virtual Status each_span(const std::function<Status(const AccountSpan&)>& visit) = 0;

  // By end, latest first; at most `limit`, 0: all.
  virtual Result<std::vector<ComponentRecord>> component_records(const ComponentQuery& query, std::int64_t limit) = 0;
  virtual Result<std::vector<ComponentSum>> component_sums(const ComponentQuery& query) = 0;  // by key
  // By key, then start; spans without receipts are left out. At most `limit` rows, 0: all.
  virtual Result<std::vector<ComponentBucket>> component_series(const ComponentQuery& query, DurationMs grain,
                                                                std::int64_t limit) = 0;
  // The accounts' question, asked at each of these components. Added up from the receipts by the database, so that it
  // may name what no counter of a component knows: the ends of the path, agreement, CDN or not, client, content. A
  // receipt counts that both let through; `since` and `until` of both are of its end, to the millisecond. By key, then
  // as the accounts' rows; components that carried nothing of it are left out.
  virtual Result<std::vector<ComponentRow>> component_rows(const ComponentQuery& components,
                                                           const AccountQuery& query) = 0;
  virtual Status each_component_counter(const std::function<Status(const ComponentCounter&)>& visit) = 0;

  // The five minutes that start in [since, until), by their starts.
  virtual Result<std::vector<UplinkCounter>> uplink_series(IspId isp, TimeMs since, TimeMs until) = 0;
  virtual Status each_uplink_counter(const std::function<Status(const UplinkCounter&)>& visit) = 0;

  // By start.
  virtual Result<std::vector<UnacknowledgedCounter>> unacknowledged_series(const UnacknowledgedQuery& query) = 0;
  virtual Status each_unacknowledged_counter(const std::function<Status(const UnacknowledgedCounter&)>& visit) = 0;
};

}  // namespace waybill::tracker
