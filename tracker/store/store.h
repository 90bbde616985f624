#pragma once
// The durable state of a tracker, by concern. Every engine passes the same contract test (tests/contract).
#include <functional>
#include <memory>
#include <string>

#include "common/types/result.h"
#include "tracker/store/access_tokens.h"
#include "tracker/store/accounts.h"
#include "tracker/store/alerts.h"
#include "tracker/store/cdn_records.h"
#include "tracker/store/evidence.h"
#include "tracker/store/ledger.h"
#include "tracker/store/objects.h"
#include "tracker/store/policies.h"
#include "tracker/store/record_resolutions.h"
#include "tracker/store/registry.h"
#include "tracker/store/saved_reports.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

enum class StoreAccess {
  create,      // makes the database where there is none; opens it where there is one
  read_write,  // refused where there is none
  read_only,   // for reports beside a running tracker; every change is refused
};

// Who else may write while a transaction runs. An engine for one writer (SQLite) treats both alike.
enum class Writers {
  one_at_a_time,  // nobody: what the transaction read stays true until it commits
  together,       // other transactions of this kind: it changes rows that it locked, adds rows or adds to counters
};

// One owner thread: the one that opened it. Every call asserts it; only the destructor may run elsewhere, when nothing
// else can call. A reader on another thread opens a second, read-only Store on the same place.
//
// Errors: `refused` is the caller's fault and changes nothing. `failed` is an operating failure; `transient` where the
// same call may succeed later (disk full, database locked by another process).
class Store {
 public:
  virtual ~Store() = default;
  virtual Registry& registry() = 0;
  virtual Evidence& evidence() = 0;
  virtual Accounts& accounts() = 0;
  virtual Objects& objects() = 0;
  virtual Policies& policies() = 0;
  virtual Alerts& alerts() = 0;
  virtual Ledger& ledger() = 0;
  virtual RecordResolutions& record_resolutions() = 0;
  virtual AccessTokens& access_tokens() = 0;
  virtual SavedReports& saved_reports() = 0;
  virtual StockClients& stock_clients() = 0;
  virtual CdnRecords& cdn_records() = 0;

  // One durable transaction: what the calls inside `body` change is on disk when this returns without error, and gone
  // when it returns one: the body's, a failed call's inside it (even one that the body let pass), or the commit's.
  // A call outside a transact is a transaction of its own. A transact inside another joins it; one that is
  // `one_at_a_time`, or a call that needs to be, must not join one that is `together` (asserted). Fit for `together`:
  // everything of Evidence, Accounts and CdnRecords, and what Objects says is.
  virtual Status transact(const std::function<Status()>& body, Writers writers = Writers::one_at_a_time) = 0;
};

// `where`: a file's path, sqlite:///path, or postgresql://[user[:password]@]host[:port]/database[?...] as libpq reads
// it (PostgreSQL 15 or later). Refuses what is no database of a tracker and one that a later version has written.
Result<std::unique_ptr<Store>> open_store(const std::string& where, StoreAccess access = StoreAccess::read_write);

}  // namespace waybill::tracker
