#include "common/protocol/receipt.h"

#include "common/protocol/bencode.h"
#include "common/protocol/domains.h"
#include "common/protocol/limits.h"

namespace waybill::protocol {

ByteString sign_receipt(const crypto::KeyPair& sender, const Receipt& receipt) {
  auto payload = encode(Dictionary{{"order", receipt.id.order.str()},
                                   {"sequence", receipt.id.sequence},
                                   {"sent", receipt.sent.value},
                                   {"sent_total", receipt.sent_total.value},
                                   {"start", receipt.start.value},
                                   {"end", receipt.end.value},
                                   {"max_rate", receipt.max_rate.value},
                                   {"average_rate", receipt.average_rate.value},
                                   {"path", encode_path(receipt.path)},
                                   {"acknowledgement", receipt.acknowledgement}});
  return Envelope::sign(sender, kReceiptDomain, std::move(payload)).encode();
}

bool OpenedReceipt::signed_by(const crypto::PublicKey& sender) const { return envelope.verify(sender, kReceiptDomain); }

namespace {

Receipt read_fields(FieldReader& fields) {
  Receipt receipt;
  receipt.id.order = fields.id<OrderId>("order");
  receipt.id.sequence = fields.integer("sequence", 1, kMaxReceiptSequence);
  receipt.sent = {fields.integer("sent", 0, kMaxContentBytes)};
  receipt.sent_total = {fields.integer("sent_total", 0, kMaxContentBytes)};
  receipt.start = {fields.integer("start", 0, kMaxTimeMs)};
  receipt.end = {fields.integer("end", 0, kMaxTimeMs)};
  receipt.max_rate = {fields.integer("max_rate", 0, kMaxContentBytes)};
  receipt.average_rate = {fields.integer("average_rate", 0, kMaxContentBytes)};
  receipt.acknowledgement = fields.bytes("acknowledgement", kMaxAcknowledgementBytes);
  if (receipt.end < receipt.start) fields.fault("it ends before it starts");
  if (receipt.sent > receipt.sent_total) fields.fault("it claims more bytes than its own total");
  return receipt;
}

}  // namespace

Result<OpenedReceipt> read_receipt(ByteView envelope) {
  auto opened = Envelope::decode(envelope, kMaxReceiptBytes);
  if (!opened) return pass_on(opened.error(), "the receipt cannot be read");
  const auto value = decode(opened->payload, kMaxReceiptBytes);
  if (!value) return pass_on(value.error(), "the receipt is malformed");
  FieldReader fields(*value, "the receipt");
  auto receipt = read_fields(fields);
  if (const auto* encoded = fields.optional("path"); encoded == nullptr) {
    fields.fault("it has no path");
  } else if (auto path = decode_path(*encoded); path) {
    receipt.path = *std::move(path);
  } else {
    fields.fault(path.error().message);
  }
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return OpenedReceipt{std::move(receipt), *std::move(opened)};
}

}  // namespace waybill::protocol
