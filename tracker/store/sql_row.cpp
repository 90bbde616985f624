#include <cstring>

#include "tracker/store/sql_query_detail.h"

namespace waybill::tracker {

IpAddress SqlRow::address(int column) const {
  const auto raw = columns_.bytes(column);
  IpAddress address;
  if (raw.size() != address.bytes.size()) throw SqlFailure(damaged("a stored address is not 16 bytes"));
  std::memcpy(address.bytes.data(), raw.data(), raw.size());
  return address;
}

Error SqlRow::damaged(const std::string& what) {
  return {ErrorKind::failed, false, "the books are damaged (" + what + "); restore them from a backup"};
}

}  // namespace waybill::tracker
