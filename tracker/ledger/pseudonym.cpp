#include "tracker/ledger/pseudonym.h"

#include "common/crypto/hmac.h"
#include "common/types/check.h"

namespace waybill::tracker {

Pseudonyms::Pseudonyms(ByteView secret, std::string_view recipient) {
  WAYBILL_ASSERT(secret.size() >= 32, "pseudonyms need a secret of 32 bytes");
  key_ = crypto::hmac_sha256(secret, "waybill pseudonyms 1\n" + std::string(recipient));
}

std::string Pseudonyms::of(const AgentKey& client) const {
  return "c-" + to_hex(crypto::hmac_sha256(key_, client.view())).substr(0, 32);
}

}  // namespace waybill::tracker
