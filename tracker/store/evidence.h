#pragma once
// What was permitted and what was said of it, byte for byte as it was signed: orders, receipts with the
// acknowledgements inside, deliveries. Evidence is only ever added. Called on the store's thread only.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/protocol/order.h"
#include "common/protocol/receipt.h"
#include "common/protocol/receipt_status.h"
#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"
#include "tracker/paths/resolved_path.h"

namespace waybill::tracker {

// An order at the moment of its issue, with what the tracker knew of its two ends.
struct IssuedOrder {
  protocol::SignedOrder order;
  IpAddress sender_address;
  IpAddress receiver_address;
  IspId source_isp;       // the sender's; 0: no ISP's prefix covers the address
  IspId destination_isp;  // the receiver's
  ContentClass content_class = ContentClass::file;
  TimeMs issued_at{};
  bool on_net = false;    // both ends at one ISP
  bool cdn_node = false;  // the sender is a CDN node; then the agreement is 0
};

// The same, as far as checks, accounts and lists need it.
struct OrderFacts {
  OrderId id;
  ContentId content;
  std::string owner;
  ContentClass content_class = ContentClass::file;
  AgentKey sender;
  AgentKey receiver;
  AgreementId agreement;
  IspId source_isp;
  IspId destination_isp;
  IpAddress sender_address;
  IpAddress receiver_address;
  TimeMs issued_at{};
  TimeMs not_before{};
  TimeMs not_after{};
  ByteCount byte_limit;
  std::int64_t pieces = 0;  // that the order's ranges hold
  bool on_net = false;
  bool cdn_node = false;
  bool unacknowledged = false;  // to a stock client: billed only where an agreement prices what nobody acknowledges
  bool operator==(const OrderFacts&) const = default;
};
OrderFacts facts_of(const IssuedOrder& issued);

// The totals of one order over its recorded receipts. None of them ever falls.
struct OrderState {
  OrderId order;
  std::int64_t last_sequence = 0;  // 0: no receipt is recorded
  std::int64_t receipts = 0;
  AckedBytes acked_total;  // the highest acknowledged total: the sum of what its receipts count
  SentBytes sent_total;    // as the sender says
  std::int64_t acked_pieces = 0;
  bool operator==(const OrderState&) const = default;
};

// A resolved path with its identity, so that the same one is stored once for all of its receipts.
struct PathToRecord {
  ByteString digest;  // SHA-256 over every field of the path
  ResolvedPath path;
};
std::shared_ptr<const PathToRecord> path_to_record(ResolvedPath path);

struct NewReceipt {
  protocol::ReceiptId id;
  TimeMs start{};
  TimeMs end{};
  AckedBytes acked;  // what this receipt adds to its order's acknowledged total: all that is ever billed
  SentBytes sent;    // what it adds to the bytes sent; never less than `acked` over the whole order
  TimeMs received_at{};
  ByteString envelope;
  std::shared_ptr<const PathToRecord> path;
};

struct StoredReceipt {
  protocol::ReceiptId id;
  TimeMs start{};
  TimeMs end{};
  AckedBytes acked;
  SentBytes sent;
  TimeMs received_at{};
  ByteString envelope;        // the receipt as received, with raw hops and the acknowledgement inside
  ByteString order_envelope;  // the order as issued; with the tracker's key, both verify without this database
  std::int64_t path = 0;      // for Evidence::path
  OrderFacts facts;
};

// By order, or by what the receipt's `end` and its order say. Absent fields do not restrict.
struct ReceiptQuery {
  std::optional<OrderId> order = {};
  std::optional<IspId> source_isp = {};
  std::optional<AgreementId> agreement = {};
  std::optional<ContentId> content = {};
  std::optional<TimeMs> since = {};  // end >= since
  std::optional<TimeMs> until = {};  // end < until
};

// Refused receipts change nothing but these counts.
struct RefusedReceipt {
  protocol::ReceiptStatus status{};
  IspId source_isp;  // of the order that it names; 0 where that is unknown
  TimeMs received_at{};
  ByteView envelope;
};
struct RefusalCount {
  protocol::ReceiptStatus status{};
  IspId source_isp;
  std::int64_t count = 0;
};
struct RefusalExample {  // the first of its status, ISP and UTC day
  protocol::ReceiptStatus status{};
  IspId source_isp;
  TimeMs received_at{};
  ByteString envelope;  // cut at kMaxReceiptBytes
};
struct RefusalQuery {
  std::optional<IspId> source_isp = {};
  std::optional<TimeMs> since = {};  // of receipt by the tracker, in whole quarter-hours
  std::optional<TimeMs> until = {};
};

// On whose word a delivery is known. Stored in the database: never renumbered.
enum class DeliveryWitness : int {
  receiver = 1,      // it signed for it
  stock_client = 2,  // it announced that it is complete; unsigned
  cdn_node = 3,      // one request, by the access log of its web server
};

// A whole content arrived (FIG. 7, 708). Identity: content, receiver and start; of a CDN node's, its record.
struct StoredDelivery {
  ContentId content;
  AgentKey receiver;
  std::string owner;
  IspId receiver_isp;
  ByteCount size;
  TimeMs started{};
  TimeMs completed{};
  ByteString envelope;  // empty where nobody signed
  DeliveryWitness witness = DeliveryWitness::receiver;
  std::optional<IpAddress> address = {};  // the receiver's, where nobody signed
};
struct DeliveryQuery {
  std::optional<std::string> owner = {};
  std::optional<ContentId> content = {};
  std::optional<AgentKey> receiver = {};
  std::optional<IspId> receiver_isp = {};
  std::optional<TimeMs> since = {};  // completed >= since
  std::optional<TimeMs> until = {};
  std::optional<DeliveryWitness> witness = {};
};

// Why an order was of no use to its receiver, as the receiver said it first: not reached, refused, bad data.
struct OrderFailure {
  OrderId order;
  TimeMs at{};
  std::string why;
};

// One order with what came of it: who served whom, and by which path.
struct Transfer {
  OrderFacts facts;
  OrderState state;
  std::string failure = {};  // empty: none was told
  TimeMs first_start{};      // over its receipts; 0 where there is none
  TimeMs last_end{};
  std::int64_t path = 0;  // of its latest receipt; 0: none
};
struct TransferQuery {
  std::optional<IspId> source_isp = {};
  std::optional<IspId> destination_isp = {};
  std::optional<ContentId> content = {};
  std::optional<AgentKey> sender = {};
  std::optional<AgentKey> receiver = {};
  std::optional<TimeMs> since = {};  // issued
  std::optional<TimeMs> until = {};
  bool with_receipts_only = true;
  bool failed_only = false;  // those of which a failure was told; whether or not they have receipts
};

class Evidence {
 public:
  virtual ~Evidence() = default;

  // Durable before any of them is pushed. Refused where an order id is taken.
  virtual Status add_orders(const std::vector<IssuedOrder>& orders) = 0;
  virtual Result<std::vector<OrderFacts>> find_orders(const std::vector<OrderId>& ids) = 0;  // unknown ones left out
  virtual Result<std::optional<ByteString>> order_envelope(const OrderId& id) = 0;

  // For ingest, in one transact with Accounts::add.
  virtual Result<std::vector<OrderState>> order_states(const std::vector<OrderId>& ids) = 0;  // one for each, in order
  virtual Result<std::optional<ByteString>> receipt_envelope(const protocol::ReceiptId& id) = 0;
  virtual Result<std::vector<std::optional<ByteString>>> receipt_envelopes(
      const std::vector<protocol::ReceiptId>& ids) = 0;  // one for each, in order
  // Counts what the components of the paths and the senders' uplinks carried, too (accounts.h). `states`: the new state
  // of every order concerned, once each.
  virtual Status add_receipts(const std::vector<NewReceipt>& receipts, const std::vector<OrderState>& states) = 0;
  virtual Status count_refusals(const std::vector<RefusedReceipt>& refused) = 0;

  // In the order of (order id, sequence). The visitor must not call the store; an error of its ends the visit.
  virtual Status each_receipt(const ReceiptQuery& query, const std::function<Status(const StoredReceipt&)>& visit) = 0;
  virtual Status each_order_state(const std::function<Status(const OrderState&)>& visit) = 0;
  virtual Result<ResolvedPath> path(std::int64_t path) = 0;                         // as it was resolved
  virtual Result<std::vector<Transfer>> transfers(const TransferQuery& query) = 0;  // by time of issue

  virtual Result<std::vector<RefusalCount>> refusals(const RefusalQuery& query) = 0;
  virtual Result<std::vector<RefusalExample>> refusal_examples(const RefusalQuery& query) = 0;

  virtual Status add_failure(const OrderFailure& failure) = 0;  // the first of an order stands
  // False: it was recorded before; the first record stands. Those of CDN nodes follow from CdnRecords instead.
  virtual Result<bool> add_delivery(const StoredDelivery& delivery) = 0;
  // By completion. A CDN node's stands aside where a stock client at that address announced one of the same content and
  // time: they are one delivery.
  virtual Result<std::vector<StoredDelivery>> deliveries(const DeliveryQuery& query) = 0;
};

}  // namespace waybill::tracker
