#pragma once
// The CDN's side of the record (patent, claim 2): what its nodes' plain web servers sent, by their access logs, one
// record a request. Unlike receipts they are the word of one party: all of their bytes are unacknowledged.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/result.h"
#include "common/types/units.h"
#include "tracker/store/evidence.h"

namespace waybill::tracker {

struct RequestIdTag {
  static constexpr const char* name = "request id";
};
using RequestId = ByteId<RequestIdTag, 16>;  // random, made by the web server: the same line read twice is known by it

struct CdnRecord {
  RequestId id;
  ContentId content;
  std::string owner;  // of the content
  ContentClass content_class = ContentClass::file;
  IspId source_isp;       // of the server's address; 0 unknown
  IspId destination_isp;  // of the client's
  IpAddress server;
  IpAddress client;
  TimeMs started{};
  TimeMs ended{};      // all of its bytes count at it
  SentBytes sent;      // of the body
  bool whole = false;  // one request brought all of the content: a delivery
  bool operator==(const CdnRecord&) const = default;
};
// Stands for the client in the accounts: it has no key.
AgentKey client_of(const CdnRecord& record);
// The record as accounts see it: a transfer from a CDN node that nobody acknowledges.
OrderFacts facts_of(const CdnRecord& record);

class CdnRecords {
 public:
  virtual ~CdnRecords() = default;

  virtual Result<std::vector<bool>> known(const std::vector<RequestId>& ids) = 0;  // one for each, in order
  // In one transact with Accounts::add; counts what was sent unacknowledged (accounts.h), too. Refused where an id is
  // recorded.
  virtual Status add(const std::vector<CdnRecord>& records) = 0;
  virtual Status each(const std::function<Status(const CdnRecord&)>& visit) = 0;  // by id
};

}  // namespace waybill::tracker
