#pragma once
// Names for clients in what leaves the tracker. Each recipient sees names of its own: two recipients who put their
// exports together cannot tell that two names are one client. Addresses are in no export at all.
#include <string>

#include "common/types/ids.h"

namespace waybill::tracker {

class Pseudonyms {
 public:
  // `secret`: of this tracker, 32 bytes at least, never exported. `recipient`: who the export is for, e.g. "isp SP1".
  Pseudonyms(ByteView secret, std::string_view recipient);

  // "c-" and 32 hexadecimal digits: the first 16 bytes of HMAC-SHA-256 over the client's key. The same client has the
  // same name in every export for one recipient.
  std::string of(const AgentKey& client) const;

 private:
  ByteString key_;  // HMAC-SHA-256 of the secret over the recipient
};

}  // namespace waybill::tracker
