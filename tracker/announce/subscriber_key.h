#pragma once
// The secret in a subscriber's announce URL, and who the receiver of an order to a stock client is.
#include <cstdint>
#include <optional>
#include <string>

#include "common/crypto/ed25519.h"
#include "common/types/ids.h"
#include "common/types/ip.h"

namespace waybill::tracker {

inline constexpr std::size_t kSubscriberKeyBytes = 20;

// Hexadecimal. It follows from the tracker's key, so it stands nowhere, and whoever has the books alone has no key.
std::string subscriber_key(const crypto::KeyPair& tracker, std::int64_t subscriber);

// SHA-256 of the key; nothing where the text is no key.
std::optional<ByteString> subscriber_key_hash(std::string_view key);

// Orders name a receiver by an agent's key. A stock client has none: this stands for it, one for each subscriber and
// address. Nobody holds a private half, so nobody can sign as this receiver.
AgentKey stock_receiver(std::int64_t subscriber, const IpAddress& address);

}  // namespace waybill::tracker
