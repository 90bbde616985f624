#include "tracker/announce/subscriber_key.h"

#include "common/crypto/digest.h"
#include "common/protocol/domains.h"

namespace waybill::tracker {

// Ed25519 signatures are deterministic (RFC 8032), and without the private key as good as random.
std::string subscriber_key(const crypto::KeyPair& tracker, std::int64_t subscriber) {
  const auto signature = tracker.sign(protocol::kSubscriberDomain, std::to_string(subscriber));
  return to_hex(crypto::sha256(signature.view()).substr(0, kSubscriberKeyBytes));
}

std::optional<ByteString> subscriber_key_hash(std::string_view key) {
  if (key.size() != 2 * kSubscriberKeyBytes) return std::nullopt;
  const auto bytes = from_hex(std::string(key));
  if (!bytes) return std::nullopt;
  return crypto::sha256(*bytes);
}

AgentKey stock_receiver(std::int64_t subscriber, const IpAddress& address) {
  ByteString bytes = protocol::kSubscriberDomain;
  bytes.push_back('\0');
  bytes += std::to_string(subscriber);
  bytes.push_back('\0');
  bytes.append(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
  return AgentKey::from_bytes(crypto::sha256(bytes)).value();
}

}  // namespace waybill::tracker
