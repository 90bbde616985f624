#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

void SqlConnection::assert_owner() const {
  WAYBILL_ASSERT(std::this_thread::get_id() == owner_, "the store is used on a thread that did not open it");
}

Status SqlConnection::transact(const std::function<Status()>& body, Writers writers) {
  assert_owner();
  if (in_transaction_) {
    WAYBILL_ASSERT(writers_ == Writers::one_at_a_time || writers == Writers::together,
                   "a change that needs the books to itself joins a transaction that shares them");
    return join(body);
  }
  try {
    make_ready();
    begin(writers);
  } catch (const SqlFailure& failure) {
    return tl::make_unexpected(failure.error());
  }
  in_transaction_ = true;
  writers_ = writers;
  fault_.reset();
  if (auto status = join(body); !status) return give_up(std::move(status).error());
  if (fault_) return give_up(*fault_);
  WAYBILL_ASSERT(unfinished_ == 0, "rows were given to insert_many and never run");
  try {
    commit();
  } catch (const SqlFailure& failure) {
    return give_up(failure.error());
  }
  in_transaction_ = false;
  return {};
}

Status SqlConnection::join(const std::function<Status()>& body) {
  try {
    auto status = body();
    if (!status && !fault_) fault_ = status.error();
    return status;
  } catch (const SqlFailure& failure) {
    if (!fault_) fault_ = failure.error();
    return tl::make_unexpected(*fault_);
  }
}

Status SqlConnection::give_up(Error error) {
  ++rollbacks_;
  unfinished_ = 0;
  in_transaction_ = false;
  roll_back();
  return tl::make_unexpected(std::move(error));
}

}  // namespace waybill::tracker
