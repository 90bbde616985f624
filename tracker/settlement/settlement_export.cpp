#include "tracker/settlement/settlement_export.h"

#include <nlohmann/json.hpp>

#include "common/crypto/digest.h"
#include "common/protocol/domains.h"
#include "tracker/agreements/document_reader_json.h"
#include "tracker/settlement/export_reading_json.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {

using nlohmann::json;

namespace {

const char* traffic_name(bool on_net) { return on_net ? "on-net" : "off-net"; }

json signed_statement(const crypto::KeyPair& tracker, const std::string& text) {
  return {{"format", kExportFormat},
          {"tracker_key", tracker.public_key().hex()},
          {"statement", json::parse(text)},
          {"signed", {{"text", text}, {"signature", tracker.sign(protocol::kStatementDomain, text).hex()}}}};
}

json item_json(const ItemisedOrder& order) {
  json value{{"sender", order.sender},
             {"receiver", order.receiver},
             {"agreement", order.agreement.value},
             {"traffic", traffic_name(order.on_net)},
             {"class", name_of(order.content_class)},
             {"owner", order.owner},
             {"receipts", json::array()}};
  if (order.unacknowledged) value["unacknowledged"] = true;
  for (const auto& receipt : order.receipts) {
    value["receipts"].push_back(
        json::array({receipt.start.value, receipt.end.value, receipt.acked.value, receipt.sent.value}));
  }
  return value;
}

}  // namespace

std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement) {
  return signed_statement(tracker, statement_text(statement)).dump(1);
}

std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement,
                              const std::vector<OrderEvidence>& evidence) {
  auto value = signed_statement(tracker, statement_text(statement));
  auto& orders = value["evidence"]["orders"] = json::array();
  for (const auto& order : evidence) {
    json receipts = json::array();
    for (const auto& receipt : order.receipts) receipts.push_back(to_hex(receipt));
    orders.push_back({{"order", to_hex(order.order)},
                      {"traffic", traffic_name(order.on_net)},
                      {"class", name_of(order.content_class)},
                      {"receipts", std::move(receipts)}});
  }
  return value.dump(1);
}

std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement,
                              const std::vector<ItemisedOrder>& items) {
  const auto text = statement_text(statement);
  auto value = signed_statement(tracker, text);
  json list{{"format", kItemsFormat}, {"statement", to_hex(crypto::sha256(text))}, {"orders", json::array()}};
  for (const auto& order : items) list["orders"].push_back(item_json(order));
  const auto items_text = document_dump(list);
  value["items"] = json::parse(items_text);
  value["items_signature"] = tracker.sign(protocol::kStatementDomain, items_text).hex();
  return value.dump(1);
}

}  // namespace waybill::tracker
