#pragma once
// The entities that a question to the accounts names, as columns: of the accounting objects or of the orders.
#include <string>

#include "tracker/store/accounts.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

struct EntityColumns {
  const char* from;
  const char* to;
  const char* agreement;
  const char* cdn_node;
  const char* owner;
  const char* content_class;
  const char* content;
  const char* client;
};
inline constexpr EntityColumns kObjectEntities{"a.from_isp", "a.to_isp", "a.agreement", "a.cdn_node",
                                               "a.owner",    "a.class",  "a.content",   "a.client"};
inline constexpr EntityColumns kOrderEntities{"o.source_isp", "o.destination_isp", "o.agreement", "o.cdn_node",
                                              "o.owner",      "o.class",           "o.content",   "o.receiver"};

bool grouped_by(const AccountQuery& query, AccountDimension dimension);
bool asks_hours(const AccountQuery& query);
// Whether rows must come span by span: where the span decides into which row of the answer its bytes go.
bool by_span(const AccountQuery& query);

// Restricts to the entities that the question names. `query` must outlive the filter.
void add_entities(SqlFilter& filter, const AccountQuery& query, const EntityColumns& columns);
// The columns that it is grouped by, each followed by ", "; and what they hold, from `column` on, which moves past
// them.
std::string entity_columns(const AccountQuery& query, const EntityColumns& columns);
AccountObject read_entities(const AccountQuery& query, const SqlRow& row, int& column);

}  // namespace waybill::tracker
