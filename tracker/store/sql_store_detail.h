#pragma once
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

// The books over an open connection, whatever its engine.
std::unique_ptr<Store> make_sql_store(std::unique_ptr<SqlConnection> connection);

}  // namespace waybill::tracker
