// JSON to control messages (declared in control_messages.h). Limits are those of limits.h.
#include "common/protocol/control_messages.h"
#include "common/protocol/json_reader_detail.h"

namespace waybill::protocol {

namespace {

constexpr std::size_t kChallengeNonceBytes = 32;
constexpr std::size_t kMaxAddressText = 64;  // "[" + 45 characters of IPv6 + "]:65535"
constexpr int kMaxSlots = 100'000;
constexpr std::int64_t kMaxRate = kMaxContentBytes;  // bytes per second

HeldContent read_held(JsonReader& in) {
  HeldContent held;
  held.content = in.id<ContentId>("content");
  held.pieces_held = in.integer("pieces_held", 0, kMaxPieces);
  held.pieces_total = in.integer("pieces_total", 0, kMaxPieces);
  if (held.pieces_held > held.pieces_total) in.fault("more pieces are held than there are");
  return held;
}

SharingState read_sharing(JsonReader& in) {
  return {
      in.boolean("consented"), {in.integer("upload_cap", 0, kMaxRate)}, in.small_integer("upload_slots", 0, kMaxSlots)};
}

Refusal read_reason(JsonReader& in) {
  return refusal_from_number(in.small_integer("reason", 0, std::numeric_limits<int>::max()));
}

OrderProgress read_order_progress(JsonReader& in) {
  return {in.id<OrderId>("order"),
          {in.integer("acked", 0, kMaxContentBytes)},
          {in.integer("rate", 0, kMaxRate)},
          in.boolean("connected")};
}

Dial read_dial(JsonReader& in) { return static_cast<Dial>(in.small_integer("dial", 0, static_cast<int>(Dial::both))); }

std::uint16_t read_port(JsonReader& in, const char* name) {
  return static_cast<std::uint16_t>(in.integer(name, 0, 65535));
}

SourceOrder read_source_order(JsonReader& in) {
  return {in.hex("order", kMaxOrderBytes),
          in.parsed<Endpoint>("source", kMaxAddressText),
          in.boolean("cdn_node"),
          in.boolean("on_net"),
          in.text("source_isp", kMaxNameBytes),
          read_dial(in)};
}

ControlMessage read_challenge(JsonReader& in) {
  Challenge m{in.small_integer("version", 1, std::numeric_limits<int>::max()), in.hex("nonce", kChallengeNonceBytes)};
  if (m.nonce.size() != kChallengeNonceBytes) in.fault("the nonce has another length than 32 bytes");
  return m;
}

ControlMessage read_hello(JsonReader& in) {
  Hello m;
  m.key = in.id<AgentKey>("key");
  m.proof = in.id<crypto::Signature>("proof");
  m.transfer_port = read_port(in, "transfer_port");
  if (in.has("local_address")) m.local_address = in.parsed<IpAddress>("local_address", kMaxAddressText);
  if (in.has("mapped_port")) m.mapped_port = read_port(in, "mapped_port");
  m.sharing = in.object<SharingState>("sharing", read_sharing);
  m.library = in.objects<HeldContent>("library", kMaxLibraryEntries, read_held);
  m.live_orders = in.ids<OrderId>("live_orders", kMaxLiveOrders);
  return m;
}

ControlMessage read_welcome(JsonReader& in) {
  return Welcome{in.accept(parse_role(in.text("role", kMaxNameBytes))),
                 in.text("isp", kMaxNameBytes),
                 in.parsed<IpAddress>("observed", kMaxAddressText),
                 {in.integer("time", 0, kMaxTimeMs)}};
}

ControlMessage read_refused(JsonReader& in) {
  Refused m{read_reason(in), in.text("message", kMaxReasonBytes), std::nullopt};
  if (in.has("content")) m.content = in.id<ContentId>("content");
  return m;
}

ControlMessage read_library_update(JsonReader& in) { return LibraryUpdate{read_held(in)}; }

ControlMessage read_sharing_update(JsonReader& in) { return SharingUpdate{read_sharing(in)}; }

ControlMessage read_load_report(JsonReader& in) {
  return LoadReport{{in.integer("upload_rate", 0, kMaxRate)}, in.small_integer("orders_served", 0, kMaxSlots)};
}

ControlMessage read_want(JsonReader& in) {
  return Want{in.id<ContentId>("content"), in.integer("pieces_held", 0, kMaxPieces), in.boolean("sequential")};
}

ControlMessage read_progress(JsonReader& in) {
  return Progress{in.id<ContentId>("content"), in.integer("pieces_held", 0, kMaxPieces),
                  in.objects<OrderProgress>("orders", kMaxOrdersPerMessage, read_order_progress)};
}

ControlMessage read_source_failed(JsonReader& in) {
  return SourceFailed{in.id<OrderId>("order"), read_reason(in), in.text("message", kMaxReasonBytes)};
}

ControlMessage read_done(JsonReader& in) {
  return Done{in.id<ContentId>("content"), in.hex("delivery", kMaxDeliveryBytes)};
}

ControlMessage read_give_up(JsonReader& in) { return GiveUp{in.id<ContentId>("content")}; }

ControlMessage read_sources(JsonReader& in) {
  return Sources{in.id<ContentId>("content"),
                 in.objects<SourceOrder>("orders", kMaxOrdersPerMessage, read_source_order)};
}

ControlMessage read_done_recorded(JsonReader& in) { return DoneRecorded{in.id<ContentId>("content")}; }

ControlMessage read_serve(JsonReader& in) {
  return Serve{in.hex("order", kMaxOrderBytes), in.parsed<IpAddress>("receiver", kMaxAddressText), read_dial(in),
               read_port(in, "receiver_port")};
}

ControlMessage read_port_mapped(JsonReader& in) { return PortMapped{read_port(in, "port")}; }

ControlMessage read_reach(JsonReader& in) { return Reach{in.boolean("open"), read_port(in, "port")}; }

ControlMessage read_revoke(JsonReader& in) { return Revoke{in.id<OrderId>("order"), read_reason(in)}; }

struct MessageType {
  std::string_view name;
  ControlMessage (*read)(JsonReader&);
};
constexpr MessageType kTypes[] = {{"challenge", read_challenge},
                                  {"hello", read_hello},
                                  {"welcome", read_welcome},
                                  {"refused", read_refused},
                                  {"library_update", read_library_update},
                                  {"sharing_update", read_sharing_update},
                                  {"load_report", read_load_report},
                                  {"want", read_want},
                                  {"progress", read_progress},
                                  {"source_failed", read_source_failed},
                                  {"done", read_done},
                                  {"give_up", read_give_up},
                                  {"sources", read_sources},
                                  {"done_recorded", read_done_recorded},
                                  {"serve", read_serve},
                                  {"revoke", read_revoke},
                                  {"port_mapped", read_port_mapped},
                                  {"reach", read_reach}};
static_assert(std::size(kTypes) == std::variant_size_v<ControlMessage>);

}  // namespace

Result<ControlMessage> parse_control_message(std::string_view text) {
  const auto object = parse_json_object(text, kMaxControlMessageBytes);
  if (!object) return pass_on(object.error(), "the control message is malformed");
  JsonReader in(*object, "the control message");
  const auto name = in.text("type", kMaxNameBytes);
  if (const auto status = in.finish(); !status) return refuse(status.error().message);
  for (const auto& type : kTypes) {
    if (type.name != name) continue;
    JsonReader fields(*object, "the control message '" + name + "'");
    auto message = type.read(fields);
    if (const auto status = fields.finish(); !status) return refuse(status.error().message);
    return message;
  }
  return refuse("the control message is of unknown type '" + name + "'");
}

}  // namespace waybill::protocol
