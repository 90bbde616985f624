#pragma once
// Accounting objects that a person made (patent FIG. 2A, 206; claims 8-18): what each measures, whom it is associated
// with, and its counters. Apart from the four kinds of object in accounts.h, which count all traffic.
//
// What an object counts is a function of the evidence and its definition: every receipt whose quarter (accounts.h) lies
// in [since, until), that touches one of its entities and passes its filter. It does not matter when the receipt came.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"
#include "tracker/store/accounts.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxObjects = 10'000;  // that have not ended
inline constexpr std::size_t kMaxObjectEntities = 1'000;
inline constexpr std::size_t kMaxObjectName = 100;  // bytes

// Stored in the database: never renumbered.
enum class EntityKind : int {
  component = 1,      // key: of a PathComponent: a link, a router, an ISP, a place
  client = 2,         // client: either end of the transfer
  isp_pair = 3,       // isp, other: every link between the two, in both directions, as paths show them
  agreements_of = 4,  // isp: what was served under any agreement with it
  clients_of = 5,     // isp: what its customers sent or received
};
struct ObjectEntity {
  EntityKind kind = EntityKind::component;
  std::string key;
  AgentKey client;
  IspId isp;
  IspId other;
  bool operator==(const ObjectEntity&) const = default;
};

// Absent fields do not restrict.
struct ObjectFilter {
  std::optional<std::string> owner = {};
  std::optional<ContentId> content = {};
  std::optional<ContentClass> content_class = {};
  std::optional<bool> on_net = {};
  // Minutes of the day in the object's time zone, as AccountQuery::HoursOfDay.
  std::optional<AccountQuery::HoursOfDay> hours = {};
};

// Stored in the database: never renumbered.
enum class ObjectDetail : int { counters = 1, totals = 2, records = 3 };  // totals: by member as well
enum class ObjectGrain : int { hour = 1, day = 2 };                       // of an answer's rows

struct MeasuringObject {
  std::int64_t id = 0;
  std::string name;  // unique, ended ones included
  std::vector<ObjectEntity> entities;
  ObjectFilter filter;
  ObjectDetail detail = ObjectDetail::totals;
  ObjectGrain grain = ObjectGrain::hour;
  std::string timezone = "UTC";
  TimeMs created{};
  std::optional<TimeMs> ended = {};
  Quarter since;                      // the first that counts
  std::optional<Quarter> until = {};  // exclusive
  bool counts(Quarter quarter) const { return since <= quarter && (!until || quarter < *until); }
};

// Whom an object is associated with: a component's key, "client:<key>" or "agreement:<id>". It stays once it is there.
struct ObjectMember {
  std::int64_t object = 0;
  std::string member;
  Quarter appeared;   // the first in which it carried traffic of the object's entities
  Quarter last_seen;  // the last one so far: a client that left, a link that is gone
  auto operator<=>(const ObjectMember&) const = default;
};
struct ObjectChange {
  std::int64_t object = 0;
  std::string member;  // empty: the object as a whole
  Quarter quarter;
  Counters added;
};

// By the receipts of one group or fill; each key once.
struct ObjectChanges {
  std::vector<ObjectMember> members;
  std::vector<ObjectChange> counters;
};

using MeasuringObjects = std::vector<MeasuringObject>;

class Objects {
 public:
  virtual ~Objects() = default;

  // Ended ones included, by id. The same value until one of them changes, in this process or another; what it says
  // inside a transaction stays true until the commit.
  virtual Result<std::shared_ptr<const MeasuringObjects>> objects() = 0;
  // The id is assigned. Refused: a name taken or empty, no entity, a limit. Whoever adds one also fills it, in the same
  // transaction (accounting/object_fill.h).
  virtual Result<MeasuringObject> add_object(const MeasuringObject& object) = 0;
  // Whoever ends one also takes back what was counted from `until` on, in the same transaction.
  virtual Status end_object(std::int64_t id, TimeMs at, Quarter until) = 0;
  virtual Status add_changes(const ObjectChanges& changes) = 0;  // fit for Writers::together

  virtual Result<std::vector<ObjectMember>> members(std::int64_t object) = 0;          // by time, then name
  virtual Result<std::vector<std::int64_t>> measuring(const std::string& member) = 0;  // ids of objects
  virtual Result<std::vector<ObjectChange>> counters(std::int64_t object) = 0;         // by member, then quarter
  // Of the object as a whole, over since <= quarter < until.
  virtual Result<Counters> total(std::int64_t object, Quarter since, Quarter until) = 0;
  virtual Status each_counter(const std::function<Status(const ObjectChange&)>& visit) = 0;  // by object
};

}  // namespace waybill::tracker
