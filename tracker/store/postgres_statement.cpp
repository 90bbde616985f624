#include <cstring>

#include <endian.h>

#include "common/types/check.h"
#include "tracker/store/postgres_statement_detail.h"
#include "tracker/store/postgres_text_detail.h"

namespace waybill::tracker {

namespace {

// Big-endian, as the wire has them; `at` counts bytes.
std::uint16_t two_bytes(ByteView bytes, std::size_t at) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.substr(at, sizeof value).data(), sizeof value);
  return be16toh(value);
}
std::int64_t whole_number(ByteView bytes) {
  std::int64_t value = bytes.empty() ? 0 : static_cast<signed char>(bytes.front());
  for (const char byte : bytes.substr(bytes.empty() ? 0 : 1)) {
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8U) | static_cast<unsigned char>(byte);
  }
  return value;
}

// PostgreSQL's numeric_send: how many digits of base 10,000 there are, the first one's exponent, sign, scale, digits.
std::int64_t whole_numeric(ByteView bytes) {
  constexpr std::uint16_t kNegative = 0x4000, kPositive = 0;
  const int digits = two_bytes(bytes, 0);
  const int weight = static_cast<std::int16_t>(two_bytes(bytes, 2));
  const auto sign = two_bytes(bytes, 4);
  WAYBILL_ASSERT(sign == kPositive || sign == kNegative, "a sum is no number");
  WAYBILL_ASSERT(digits <= weight + 1, "a sum of whole numbers is one");
  std::int64_t value = 0;
  for (int i = 0; i <= weight; ++i) {
    std::int64_t scaled = 0;
    const std::int64_t digit = i < digits ? two_bytes(bytes, 8 + 2 * static_cast<std::size_t>(i)) : 0;
    const bool over = __builtin_mul_overflow(value, 10'000, &scaled) || __builtin_add_overflow(scaled, digit, &value);
    if (over) throw SqlFailure({ErrorKind::failed, false, "a sum in the books exceeds 64 bits"});
  }
  return sign == kNegative ? -value : value;
}

}  // namespace

void PostgresRows::take(PostgresResult result) {
  result_ = std::move(result);
  row_ = -1;
  count_ = PQntuples(result_.get());
}

void PostgresRows::clear() noexcept {
  result_.reset();
  row_ = -1;
  count_ = 0;
}

ByteView PostgresRows::bytes(int column) const {
  WAYBILL_ASSERT(column < PQnfields(result_.get()), "a query has fewer columns than are read");
  return {PQgetvalue(result_.get(), row_, column), static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

std::int64_t PostgresRows::integer(int column) const {
  const auto value = bytes(column);
  if (is_null(column)) return 0;
  const auto type = PQftype(result_.get(), column);
  if (type == kNumericType) return whole_numeric(value);
  WAYBILL_ASSERT(type == kInt8Type || type == kInt4Type || type == kInt2Type || type == kBoolType,
                 "a column that is no integer is read as one");
  return whole_number(value);
}

PostgresStatement::PostgresStatement(PostgresSession& session, const std::string& sql)
    : session_(session), prepared_{postgres_numbered(sql)} {}

void PostgresStatement::set_null(int parameter, SqlKind kind) {
  constexpr Oid kTypes[] = {kInt8Type, kTextType, kByteaType};
  parameters_.set_null(parameter, kTypes[static_cast<int>(kind)]);
}

bool PostgresStatement::step() {
  if (!asked_) {
    rows_.take(session_.run(prepared_, parameters_));
    asked_ = true;
  }
  return rows_.step();
}

std::int64_t PostgresStatement::run() {
  const auto result = session_.run(prepared_, parameters_);
  return std::atoll(PQcmdTuples(result.get()));  // "" where the statement counts nothing
}

void PostgresStatement::reset() noexcept {
  rows_.clear();
  parameters_.clear();
  asked_ = false;
}

PostgresStream::PostgresStream(PostgresSession& session, const std::string& sql, std::int64_t number)
    : PostgresStatement(session, sql), sql_(postgres_numbered(sql)), name_("waybill_" + std::to_string(number)) {}

bool PostgresStream::step() {
  if (!open_) {
    if (!session().in_transaction()) {
      session().run("BEGIN READ ONLY");
      own_transaction_ = true;
    }
    session().run("DECLARE " + name_ + " NO SCROLL CURSOR FOR " + sql_, parameters());
    open_ = true;
  }
  if (rows_.step()) return true;
  rows_.take(session().run("FETCH 2000 FROM " + name_, PostgresParameters()));
  return rows_.step();
}

void PostgresStream::reset() noexcept {
  PostgresStatement::reset();
  try {
    if (own_transaction_) {
      session().run("ROLLBACK");  // closes the cursor, too; nothing was changed
    } else if (open_) {
      session().run("CLOSE " + name_);
    }
  } catch (const SqlFailure&) {
    // The connection is gone, or the transaction failed before: the next use of either reports it.
  }
  own_transaction_ = open_ = false;
}

PostgresArrays::Column& PostgresArrays::column(int parameter, SqlKind kind) {
  const auto position = static_cast<std::size_t>(parameter);
  if (columns_.size() < position) {
    WAYBILL_ASSERT(rows_ == 0, "every row of many is as long as the first");
    columns_.resize(position);
    columns_.back().kind = kind;
  }
  auto& column = columns_[position - 1];
  WAYBILL_ASSERT(column.kind == kind, "a column of many rows has one kind of value");
  return column;
}

namespace {

void append_length(std::string& to, std::int32_t length) {
  const auto bits = htobe32(static_cast<std::uint32_t>(length));
  to.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

}  // namespace

void PostgresArrays::set_integer(int parameter, std::int64_t value) {
  const auto bits = htobe64(static_cast<std::uint64_t>(value));
  auto& elements = column(parameter, SqlKind::integer).elements;
  append_length(elements, sizeof bits);
  elements.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  bytes_ += sizeof bits + 4;
}

void PostgresArrays::set_bytes(int parameter, SqlKind kind, ByteView value) {
  auto& elements = column(parameter, kind).elements;
  append_length(elements, static_cast<std::int32_t>(value.size()));
  elements.append(value);
  bytes_ += value.size() + 4;
}

void PostgresArrays::set_null(int parameter, SqlKind kind) {
  auto& to = column(parameter, kind);
  append_length(to.elements, -1);
  to.nulls = true;
  bytes_ += 4;
}

void PostgresArrays::end_row() { ++rows_; }

void PostgresArrays::clear() {
  for (auto& column : columns_) {
    column.elements.clear();
    column.nulls = false;
  }
  rows_ = 0;
  bytes_ = 0;
}

std::vector<SqlKind> PostgresArrays::kinds() const {
  std::vector<SqlKind> kinds;
  for (const auto& column : columns_) kinds.push_back(column.kind);
  return kinds;
}

void PostgresArrays::put(std::vector<std::string>& storage, PostgresParameters& parameters) const {
  constexpr Oid kElements[] = {kInt8Type, kTextType, kByteaType};
  constexpr Oid kArrays[] = {kInt8ArrayType, kTextArrayType, kByteaArrayType};
  storage.clear();
  storage.reserve(columns_.size());
  for (const auto& column : columns_) {
    auto& array = storage.emplace_back();
    append_length(array, 1);  // dimensions
    append_length(array, column.nulls ? 1 : 0);
    append_length(array, static_cast<std::int32_t>(kElements[static_cast<int>(column.kind)]));
    append_length(array, static_cast<std::int32_t>(rows_));
    append_length(array, 1);  // the first element's number
    array += column.elements;
    parameters.set_bytes(static_cast<int>(storage.size()), kArrays[static_cast<int>(column.kind)], array);
  }
}

namespace {

using Rewrite = std::string (*)(const std::string&, const std::vector<SqlKind>&);

PostgresResult run_many(PostgresSession& session, PostgresManyStatements& statements, const std::string& sql,
                        const PostgresArrays& arrays, Rewrite rewrite) {
  const auto kinds = arrays.kinds();
  auto key = sql;
  for (const auto kind : kinds) key += static_cast<char>('0' + static_cast<int>(kind));
  const auto [known, fresh] = statements.try_emplace(key);
  if (fresh) known->second.sql = rewrite(sql, kinds);
  std::vector<std::string> storage;
  PostgresParameters parameters;
  arrays.put(storage, parameters);
  return session.run(known->second, parameters);
}

// Of one statement, so that neither side holds much: about 4,000 receipts with their envelopes.
constexpr std::int64_t kMaxRowsAtOnce = 20'000;
constexpr std::size_t kMaxBytesAtOnce = 8 << 20;

}  // namespace

void PostgresRowWriter::end_row() {
  arrays_.end_row();
  if (arrays_.rows() >= kMaxRowsAtOnce || arrays_.size() >= kMaxBytesAtOnce) flush();
}

void PostgresRowWriter::flush() {
  if (arrays_.rows() == 0) return;
  const auto result = run_many(session_, statements_, sql_, arrays_, postgres_insert_many);
  changed_ += std::atoll(PQcmdTuples(result.get()));
  arrays_.clear();
}

std::int64_t PostgresRowWriter::finish() {
  flush();
  return std::exchange(changed_, 0);
}

bool PostgresRowFinder::step() {
  if (!asked_) {
    asked_ = true;
    if (arrays_.rows() == 0) return false;
    rows_.take(run_many(session_, statements_, sql_, arrays_, postgres_find_many));
    arrays_.clear();
  }
  return rows_.count() > 0 && rows_.step();
}

}  // namespace waybill::tracker
