#pragma once
// A WHERE clause from the fields of a query that are set.
#include <functional>
#include <string>
#include <vector>

#include "tracker/store/sql_query_detail.h"

namespace waybill::tracker {

class SqlFilter {
 public:
  void add(const std::string& condition) { conditions_.push_back(condition); }
  // `condition` has one "?". `value` must outlive the query.
  template <typename Value>
  void add(const std::string& condition, const Value& value) {
    add(condition);
    binders_.push_back([&value](SqlQuery& query) { query.bind(value); });
  }
  template <typename Value>
  void add_if(const std::string& condition, const std::optional<Value>& value) {
    if (value) add(condition, *value);
  }
  void add_number(const std::string& condition, std::int64_t value) {
    add(condition);
    binders_.push_back([value](SqlQuery& query) { query.bind(value); });
  }

  std::string where() const {
    std::string text;
    for (const auto& condition : conditions_) text += (text.empty() ? " WHERE " : " AND ") + condition;
    return text;
  }
  void bind_to(SqlQuery& query) const {
    for (const auto& binder : binders_) binder(query);
  }

 private:
  std::vector<std::string> conditions_;
  std::vector<std::function<void(SqlQuery&)>> binders_;
};

}  // namespace waybill::tracker
