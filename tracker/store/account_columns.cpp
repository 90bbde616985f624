#include "tracker/store/account_columns_detail.h"

namespace waybill::tracker {

bool grouped_by(const AccountQuery& query, AccountDimension dimension) { return query.group_by.count(dimension) > 0; }

bool asks_hours(const AccountQuery& query) { return query.hours || grouped_by(query, AccountDimension::hour_of_day); }

bool by_span(const AccountQuery& query) { return asks_hours(query) || grouped_by(query, AccountDimension::quarter); }

void add_entities(SqlFilter& filter, const AccountQuery& query, const EntityColumns& columns) {
  const auto equals = [](const char* column) { return std::string(column) + " = ?"; };
  filter.add_if(equals(columns.client), query.client);
  filter.add_if(equals(columns.content), query.content);
  filter.add_if(equals(columns.owner), query.owner);
  if (query.content_class) filter.add_number(equals(columns.content_class), static_cast<int>(*query.content_class));
  filter.add_if(equals(columns.from), query.from);
  filter.add_if(equals(columns.to), query.to);
  filter.add_if(equals(columns.agreement), query.agreement);
  filter.add_if(equals(columns.cdn_node), query.cdn_node);
  if (!query.on_net) return;
  const std::string from(columns.from), to(columns.to);
  filter.add(*query.on_net ? from + " = " + to + " AND " + from + " <> 0"
                           : "(" + from + " <> " + to + " OR " + from + " = 0)");
}

std::string entity_columns(const AccountQuery& query, const EntityColumns& columns) {
  std::string text;
  const auto add = [&](AccountDimension dimension, const char* name) {
    if (grouped_by(query, dimension)) text += std::string(name) + ", ";
  };
  add(AccountDimension::isp_pair, columns.from);
  add(AccountDimension::isp_pair, columns.to);
  add(AccountDimension::agreement, columns.agreement);
  add(AccountDimension::cdn_node, columns.cdn_node);
  add(AccountDimension::owner, columns.owner);
  add(AccountDimension::content_class, columns.content_class);
  add(AccountDimension::content, columns.content);
  add(AccountDimension::client, columns.client);
  return text;
}

AccountObject read_entities(const AccountQuery& query, const SqlRow& row, int& column) {
  AccountObject object;
  if (grouped_by(query, AccountDimension::isp_pair)) {
    object.from = row.row_id<IspId>(column++);
    object.to = row.row_id<IspId>(column++);
  }
  if (grouped_by(query, AccountDimension::agreement)) object.agreement = row.row_id<AgreementId>(column++);
  if (grouped_by(query, AccountDimension::cdn_node)) object.cdn_node = row.flag(column++);
  if (grouped_by(query, AccountDimension::owner)) object.owner = row.text(column++);
  if (grouped_by(query, AccountDimension::content_class)) {
    object.content_class = static_cast<ContentClass>(row.integer(column++));
  }
  if (grouped_by(query, AccountDimension::content)) object.content = row.id<ContentId>(column++);
  if (grouped_by(query, AccountDimension::client)) object.client = row.id<AgentKey>(column++);
  return object;
}

}  // namespace waybill::tracker
