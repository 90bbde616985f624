#pragma once
// One session with a PostgreSQL server, over libpq. libpq and not libpqxx, whose version 6.4 (Debian 12's) sends and
// reads every value as text: here integers and bytes travel in binary, and a whole array of them as one parameter.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "tracker/store/sql_statement_detail.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Object identifiers of types that a server never changes (its pg_type.dat).
inline constexpr Oid kBoolType = 16, kByteaType = 17, kInt8Type = 20, kInt2Type = 21, kInt4Type = 23, kTextType = 25,
                     kNumericType = 1700;
inline constexpr Oid kByteaArrayType = 1001, kTextArrayType = 1009, kInt8ArrayType = 1016;

// Parameters in the binary format, numbered from 1. Bytes are not copied.
class PostgresParameters {
 public:
  void set_integer(int parameter, std::int64_t value);
  void set_bytes(int parameter, Oid type, ByteView bytes);
  void set_null(int parameter, Oid type);
  void clear() { values_.clear(); }
  int count() const { return static_cast<int>(values_.size()); }
  std::vector<Oid> types() const;
  // As libpq takes them; valid until the next change.
  struct Wire {
    std::vector<const char*> values;
    std::vector<int> lengths, formats;
  };
  Wire wire() const;

 private:
  struct Value {
    Oid type = 0;
    bool null = true;
    std::int64_t big_endian = 0;
    ByteView bytes;  // empty for integers
  };
  Value& at(int parameter);
  std::vector<Value> values_;
};

struct PostgresResultEnd {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresResultEnd>;

// A statement that is prepared on the server at its first use, and again after the session was lost.
struct PostgresPrepared {
  std::string sql;
  std::string name = {};
  std::vector<Oid> types = {};
  std::int64_t session = 0;
};

// Throws SqlFailure.
class PostgresSession {
 public:
  explicit PostgresSession(std::string url) : url_(std::move(url)) {}
  ~PostgresSession() { end(); }
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  void connect();  // ends the one before
  bool alive();    // looks for what the server said meanwhile: that it ended the session
  void end() noexcept;
  // "postgresql://host:port/name", without user and password.
  const std::string& place() const { return place_; }

  PostgresResult run(const std::string& sql);  // one statement or several, as text; results in text
  PostgresResult run(const std::string& sql, const PostgresParameters& parameters);  // results in binary
  PostgresResult run(PostgresPrepared& prepared, const PostgresParameters& parameters);
  std::string answer(const std::string& sql);  // the one value, "" where there is none
  bool in_transaction() const { return connection_ && PQtransactionStatus(connection_) != PQTRANS_IDLE; }

 private:
  PostgresResult checked(PGresult* result);
  Error lost() const;
  void prepare(PostgresPrepared& prepared, std::vector<Oid> types);

  std::string url_;
  std::string place_ = "the PostgreSQL database";
  PGconn* connection_ = nullptr;
  std::int64_t sessions_ = 0;    // how many there were: the number of the present one
  std::int64_t statements_ = 0;  // prepared, for their names
};

}  // namespace waybill::tracker
