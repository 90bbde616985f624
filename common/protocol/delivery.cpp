#include "common/protocol/delivery.h"

#include "common/protocol/bencode.h"
#include "common/protocol/domains.h"
#include "common/protocol/limits.h"

namespace waybill::protocol {

ByteString sign_delivery(const crypto::KeyPair& receiver, const Delivery& delivery) {
  auto payload = encode(Dictionary{{"content", delivery.content.str()},
                                   {"receiver", delivery.receiver.str()},
                                   {"size", delivery.size.value},
                                   {"started", delivery.started.value},
                                   {"completed", delivery.completed.value}});
  return Envelope::sign(receiver, kDeliveryDomain, std::move(payload)).encode();
}

Result<Delivery> open_delivery(ByteView envelope) {
  const auto opened = Envelope::decode(envelope, kMaxDeliveryBytes);
  if (!opened) return pass_on(opened.error(), "the delivery cannot be read");
  const auto value = decode(opened->payload, kMaxDeliveryBytes);
  if (!value) return pass_on(value.error(), "the delivery is malformed");
  FieldReader fields(*value, "the delivery");
  Delivery delivery;
  delivery.content = fields.id<ContentId>("content");
  delivery.receiver = fields.id<AgentKey>("receiver");
  delivery.size = {fields.integer("size", 1, kMaxContentBytes)};
  delivery.started = {fields.integer("started", 0, kMaxTimeMs)};
  delivery.completed = {fields.integer("completed", 0, kMaxTimeMs)};
  if (delivery.completed < delivery.started) fields.fault("it is completed before it started");
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  if (!opened->verify(delivery.receiver, kDeliveryDomain)) return refuse("the delivery is not signed by its receiver");
  return delivery;
}

}  // namespace waybill::protocol
