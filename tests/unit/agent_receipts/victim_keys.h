#pragma once
// The same keys in every process of the kill test.
#include "common/crypto/ed25519.h"

namespace waybill::receipts {

inline crypto::KeyPair tracker_key() { return crypto::KeyPair::from_seed(std::string(32, 't')).value(); }
inline crypto::KeyPair sender_key() { return crypto::KeyPair::from_seed(std::string(32, 's')).value(); }
inline crypto::KeyPair receiver_key() { return crypto::KeyPair::from_seed(std::string(32, 'r')).value(); }

}  // namespace waybill::receipts
