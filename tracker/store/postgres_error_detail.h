#pragma once
#include <string>

#include "common/types/result.h"

namespace waybill::tracker {

// What an SQLSTATE (PostgreSQL's manual, appendix A) means to the caller; "" where the connection failed.
Error describe_postgres_error(const std::string& place, const std::string& state, const std::string& message);

}  // namespace waybill::tracker
