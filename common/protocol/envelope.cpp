#include "common/protocol/envelope.h"

#include "common/protocol/bencode.h"

namespace waybill::protocol {

ByteString Envelope::encode() const { return protocol::encode(Dictionary{{"b", payload}, {"s", signature.str()}}); }

Result<Envelope> Envelope::decode(ByteView bytes, std::size_t max_bytes) {
  const auto value = protocol::decode(bytes, max_bytes);
  if (!value) return pass_on(value.error(), "the envelope is malformed");
  FieldReader fields(*value, "the envelope");
  Envelope envelope{fields.bytes("b", max_bytes), fields.id<crypto::Signature>("s")};
  // Fields outside the signature could be changed by anyone who passes the envelope on, hence none are tolerated.
  const auto* dictionary = std::get_if<Dictionary>(&*value);
  if (dictionary != nullptr && dictionary->size() != 2) fields.fault("it has fields other than 'b' and 's'");
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return envelope;
}

Envelope Envelope::sign(const crypto::KeyPair& key, const char* domain, ByteString payload) {
  const auto signature = key.sign(domain, payload);
  return {std::move(payload), signature};
}

bool Envelope::verify(const crypto::PublicKey& key, const char* domain) const {
  return crypto::verify(key, domain, payload, signature);
}

}  // namespace waybill::protocol
