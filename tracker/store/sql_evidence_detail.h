#pragma once
#include "tracker/store/evidence.h"
#include "tracker/store/sql_component_counters_detail.h"
#include "tracker/store/sql_connection_detail.h"
#include "tracker/store/sql_paths_detail.h"

namespace waybill::tracker {

class SqlEvidence final : public Evidence {
 public:
  explicit SqlEvidence(SqlConnection& connection) : connection_(connection), paths_(connection), carried_(connection) {}

  Status add_orders(const std::vector<IssuedOrder>& orders) override;
  Result<std::vector<OrderFacts>> find_orders(const std::vector<OrderId>& ids) override;
  Result<std::optional<ByteString>> order_envelope(const OrderId& id) override;

  Result<std::vector<OrderState>> order_states(const std::vector<OrderId>& ids) override;
  Result<std::optional<ByteString>> receipt_envelope(const protocol::ReceiptId& id) override;
  Result<std::vector<std::optional<ByteString>>> receipt_envelopes(
      const std::vector<protocol::ReceiptId>& ids) override;
  Status add_receipts(const std::vector<NewReceipt>& receipts, const std::vector<OrderState>& states) override;
  Status count_refusals(const std::vector<RefusedReceipt>& refused) override;

  Status each_receipt(const ReceiptQuery& query, const std::function<Status(const StoredReceipt&)>& visit) override;
  Status each_order_state(const std::function<Status(const OrderState&)>& visit) override;
  Result<ResolvedPath> path(std::int64_t path) override;
  Result<std::vector<Transfer>> transfers(const TransferQuery& query) override;

  Result<std::vector<RefusalCount>> refusals(const RefusalQuery& query) override;
  Result<std::vector<RefusalExample>> refusal_examples(const RefusalQuery& query) override;

  Status add_failure(const OrderFailure& failure) override;
  Result<bool> add_delivery(const StoredDelivery& delivery) override;
  Result<std::vector<StoredDelivery>> deliveries(const DeliveryQuery& query) override;

 private:
  void lock_orders(std::vector<OrderId> ids);
  void read_deliveries(const DeliveryQuery& query, std::vector<StoredDelivery>& all);
  void read_cdn_deliveries(const DeliveryQuery& query, std::vector<StoredDelivery>& all);
  void count_carried(const std::vector<NewReceipt>& receipts, const std::vector<std::int64_t>& paths);

  SqlConnection& connection_;
  SqlPaths paths_;
  SqlComponentCounters carried_;
};

// The columns of orders `o` that make OrderFacts, from column `first` on.
inline constexpr char kOrderColumns[] =
    "o.id, o.content, o.owner, o.sender, o.receiver, o.agreement, o.source_isp, o.destination_isp, o.sender_address, "
    "o.receiver_address, o.issued_at, o.not_before, o.not_after, o.byte_limit, o.pieces, o.on_net, o.cdn_node, "
    "o.class, o.unacknowledged";
inline constexpr int kOrderColumnCount = 19;
OrderFacts read_order_facts(const SqlRow& row, int first);

// The columns of order_states `s` beside the order's id.
inline constexpr char kStateColumns[] = "s.last_sequence, s.receipts, s.acked_total, s.sent_total, s.acked_pieces";
OrderState read_order_state(const SqlRow& row, const OrderId& order, int first);

}  // namespace waybill::tracker
