#include "tracker/settlement/settlement_export.h"

#include <nlohmann/json.hpp>

#include "common/protocol/domains.h"
#include "tracker/settlement/export_reading_json.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {

using nlohmann::json;

std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement,
                              const std::optional<std::vector<OrderEvidence>>& evidence) {
  const auto text = statement_text(statement);
  json value = {{"format", kExportFormat},
                {"tracker_key", tracker.public_key().hex()},
                {"statement", json::parse(text)},
                {"signed", {{"text", text}, {"signature", tracker.sign(protocol::kStatementDomain, text).hex()}}}};
  if (evidence) {
    auto& orders = value["evidence"]["orders"] = json::array();
    for (const auto& order : *evidence) {
      json receipts = json::array();
      for (const auto& receipt : order.receipts) receipts.push_back(to_hex(receipt));
      orders.push_back({{"order", to_hex(order.order)},
                        {"traffic", order.on_net ? "on-net" : "off-net"},
                        {"receipts", std::move(receipts)}});
    }
  }
  return value.dump(1);
}

}  // namespace waybill::tracker
