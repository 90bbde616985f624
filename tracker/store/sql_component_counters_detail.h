#pragma once
// What network components and uplinks carried, counted in the transaction that records or moves the receipts.
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "common/types/bounded_cache.h"
#include "tracker/store/accounts.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

// What one path carried of one owner's content in some five minutes; below zero to take it back.
struct PathLoad {
  std::int64_t path = 0;  // its row
  std::string owner;
  ContentClass content_class = ContentClass::file;
  std::int64_t five_minutes = 0;  // Span::number
  Counters added;
};

class SqlComponentCounters {
 public:
  explicit SqlComponentCounters(SqlConnection& connection) : connection_(connection) {}

  // Inside a write. Each counter is written once, however many loads it is in.
  void add(const std::vector<PathLoad>& loads);
  void add_uplinks(const std::vector<UplinkCounter>& added);

 private:
  struct Place {  // a component as one path shows it
    std::int64_t component = 0;
    IspId isp;
    IspId into;
    auto operator<=>(const Place&) const = default;
  };
  using Places = std::shared_ptr<const std::vector<Place>>;
  using Object = std::tuple<std::string, int, Place>;  // owner and class: "" and 0 for all traffic
  // Of single five minutes; the longer spans follow from them.
  using Loads = std::map<Object, std::map<std::int64_t, Counters>>;

  std::map<std::int64_t, Places> places_of(const std::vector<PathLoad>& loads);
  std::map<Object, std::int64_t> object_rows(const Loads& loads);
  void find_objects(std::map<Object, std::int64_t>& objects);
  void add_objects(const std::map<Object, std::int64_t>& objects);

  SqlConnection& connection_;
  BoundedCache<std::int64_t, Places> places_{1 << 16};
  BoundedCache<ByteString, std::int64_t> objects_{1 << 17};
  std::int64_t rollbacks_ = 0;  // of the connection when the caches were last valid
};

}  // namespace waybill::tracker
