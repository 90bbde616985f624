// Control messages to JSON (declared in control_messages.h).
#include <array>

#include <nlohmann/json.hpp>

#include "common/protocol/control_messages.h"
#include "common/protocol/utf8.h"

namespace waybill::protocol {

namespace {

using Fields = nlohmann::ordered_json;  // keeps "type" in front, for the reader of a trace

// In the order of ControlMessage's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<ControlMessage>> kTypeNames{
    "challenge",   "hello",         "welcome",  "refused",       "library_update", "sharing_update",
    "load_report", "want",          "progress", "source_failed", "done",           "give_up",
    "sources",     "done_recorded", "serve",    "revoke",        "port_mapped",    "reach"};

Fields held(const HeldContent& content) {
  return {
      {"content", content.content.hex()}, {"pieces_held", content.pieces_held}, {"pieces_total", content.pieces_total}};
}

Fields state(const SharingState& sharing) {
  return {{"consented", sharing.consented},
          {"upload_cap", sharing.upload_cap.value},
          {"upload_slots", sharing.upload_slots}};
}

template <typename Items, typename Encode>
Fields list(const Items& items, Encode encode) {
  auto result = Fields::array();
  for (const auto& item : items) result.push_back(encode(item));
  return result;
}

Fields fields_of(const Challenge& m) { return {{"version", m.version}, {"nonce", to_hex(m.nonce)}}; }
Fields fields_of(const Hello& m) {
  Fields fields{{"key", m.key.hex()},
                {"proof", m.proof.hex()},
                {"transfer_port", m.transfer_port},
                {"sharing", state(m.sharing)},
                {"library", list(m.library, held)},
                {"live_orders", list(m.live_orders, [](const OrderId& id) { return id.hex(); })}};
  if (m.local_address) fields["local_address"] = m.local_address->str();
  if (m.mapped_port != 0) fields["mapped_port"] = m.mapped_port;
  return fields;
}
Fields fields_of(const PortMapped& m) { return {{"port", m.port}}; }
Fields fields_of(const Reach& m) { return {{"open", m.open}, {"port", m.port}}; }
Fields fields_of(const Welcome& m) {
  return {{"role", name_of(m.role)}, {"isp", m.isp}, {"observed", m.observed.str()}, {"time", m.time.value}};
}
Fields fields_of(const Refused& m) {
  Fields fields{{"reason", static_cast<int>(m.reason)}, {"message", printable_text(m.message, kMaxReasonBytes)}};
  if (m.content) fields["content"] = m.content->hex();
  return fields;
}
Fields fields_of(const LibraryUpdate& m) { return held(m.held); }
Fields fields_of(const SharingUpdate& m) { return state(m.sharing); }
Fields fields_of(const LoadReport& m) {
  return {{"upload_rate", m.upload_rate.value}, {"orders_served", m.orders_served}};
}
Fields fields_of(const Want& m) {
  return {{"content", m.content.hex()}, {"pieces_held", m.pieces_held}, {"sequential", m.sequential}};
}
Fields order_progress(const OrderProgress& m) {
  return {{"order", m.order.hex()}, {"acked", m.acked.value}, {"rate", m.rate.value}, {"connected", m.connected}};
}
Fields fields_of(const Progress& m) {
  return {{"content", m.content.hex()}, {"pieces_held", m.pieces_held}, {"orders", list(m.orders, order_progress)}};
}
Fields fields_of(const SourceFailed& m) {
  return {{"order", m.order.hex()},
          {"reason", static_cast<int>(m.reason)},
          {"message", printable_text(m.message, kMaxReasonBytes)}};
}
Fields fields_of(const Done& m) { return {{"content", m.content.hex()}, {"delivery", to_hex(m.delivery)}}; }
Fields fields_of(const GiveUp& m) { return {{"content", m.content.hex()}}; }
Fields source_order(const SourceOrder& m) {
  return {{"order", to_hex(m.order)}, {"source", m.source.str()},   {"cdn_node", m.cdn_node},
          {"on_net", m.on_net},       {"source_isp", m.source_isp}, {"dial", static_cast<int>(m.dial)}};
}
Fields fields_of(const Sources& m) { return {{"content", m.content.hex()}, {"orders", list(m.orders, source_order)}}; }
Fields fields_of(const DoneRecorded& m) { return {{"content", m.content.hex()}}; }
Fields fields_of(const Serve& m) {
  return {{"order", to_hex(m.order)},
          {"receiver", m.receiver.str()},
          {"dial", static_cast<int>(m.dial)},
          {"receiver_port", m.receiver_port}};
}
Fields fields_of(const Revoke& m) { return {{"order", m.order.hex()}, {"reason", static_cast<int>(m.reason)}}; }

}  // namespace

std::string_view type_name(const ControlMessage& message) { return kTypeNames[message.index()]; }

std::string to_text(const ControlMessage& message) {
  Fields object{{"type", type_name(message)}};
  object.update(std::visit([](const auto& each) { return fields_of(each); }, message));
  // A string of ours that is not UTF-8 is replaced rather than thrown over.
  return object.dump(-1, ' ', false, Fields::error_handler_t::replace);
}

}  // namespace waybill::protocol
