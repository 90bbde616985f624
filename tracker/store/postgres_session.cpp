#include <array>
#include <bit>
#include <utility>

#include <endian.h>
#include <poll.h>

#include "common/types/check.h"
#include "tracker/store/postgres_error_detail.h"
#include "tracker/store/postgres_session_detail.h"

namespace waybill::tracker {

PostgresParameters::Value& PostgresParameters::at(int parameter) {
  const auto position = static_cast<std::size_t>(parameter);
  if (values_.size() < position) values_.resize(position);
  return values_[position - 1];
}

void PostgresParameters::set_integer(int parameter, std::int64_t value) {
  const auto bits = htobe64(static_cast<std::uint64_t>(value));
  at(parameter) = {kInt8Type, false, std::bit_cast<std::int64_t>(bits), {}};
}
void PostgresParameters::set_bytes(int parameter, Oid type, ByteView bytes) { at(parameter) = {type, false, 0, bytes}; }
void PostgresParameters::set_null(int parameter, Oid type) { at(parameter) = {type, true, 0, {}}; }

std::vector<Oid> PostgresParameters::types() const {
  std::vector<Oid> types;
  types.reserve(values_.size());
  for (const auto& value : values_) types.push_back(value.type);
  return types;
}

namespace {

constexpr int kBinary = 1;

}  // namespace

PostgresParameters::Wire PostgresParameters::wire() const {
  Wire wire;
  for (const auto& value : values_) {
    const bool integer = value.type == kInt8Type;
    const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
    if (integer) bytes = reinterpret_cast<const char*>(&value.big_endian);
    wire.values.push_back(value.null ? nullptr : bytes);
    wire.lengths.push_back(static_cast<int>(integer ? sizeof value.big_endian : value.bytes.size()));
    wire.formats.push_back(kBinary);
  }
  return wire;
}

namespace {

// Defaults that the URL may change: no wait is endless. A server that vanished without a word is given up after 30 s.
constexpr std::array<std::pair<const char*, const char*>, 6> kDefaults{{
    {"connect_timeout", "10"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "4"},
    {"tcp_user_timeout", "30000"},
    {"fallback_application_name", "waybill-tracker"},
}};

std::string text_of(const char* text) { return text ? text : ""; }

std::string place_of(const PGconn* connection) {
  return "postgresql://" + text_of(PQhost(connection)) + ":" + text_of(PQport(connection)) + "/" +
         text_of(PQdb(connection));
}

// libpq's complaint repeats the URL, which may hold a password.
void check_url(const std::string& url) {
  char* complaint = nullptr;
  if (auto* options = PQconninfoParse(url.c_str(), &complaint)) {
    PQconninfoFree(options);
    return;
  }
  auto message = text_of(complaint);
  PQfreemem(complaint);
  for (auto at = message.find(url); at != std::string::npos; at = message.find(url))
    message.replace(at, url.size(), "it");
  throw SqlFailure(
      {ErrorKind::refused, false, "the database's URL is not understood: " + message.substr(0, message.find('\n'))});
}

}  // namespace

void PostgresSession::connect() {
  end();
  check_url(url_);
  std::vector<const char*> names, values;
  for (const auto& [name, value] : kDefaults) {
    names.push_back(name);
    values.push_back(value);
  }
  for (const auto& [name, value] : {std::pair("dbname", url_.c_str()), std::pair("client_encoding", "UTF8"),
                                    std::pair<const char*, const char*>()}) {
    names.push_back(name);
    values.push_back(value);
  }
  connection_ = PQconnectdbParams(names.data(), values.data(), 1);
  WAYBILL_ASSERT(connection_, "out of memory");
  place_ = place_of(connection_);
  if (PQstatus(connection_) != CONNECTION_OK) {
    auto error = lost();
    end();
    throw SqlFailure(std::move(error));
  }
  // Notices tell people of what we asked for; errors come as results.
  PQsetNoticeReceiver(
      connection_, [](void*, const PGresult*) {}, nullptr);
  ++sessions_;
}

// libpq gives no SQLSTATE where a connection was refused: the two refusals that a person can mend are told by their
// text, in the servers' language or not.
Error PostgresSession::lost() const {
  const auto message = text_of(PQerrorMessage(connection_));
  const auto says = [&](const char* part) { return message.find(part) != std::string::npos; };
  if (says("does not exist") && says("database")) return describe_postgres_error(place_, "3D000", message);
  if (says("authentication failed") || says("no password supplied") || says("pg_hba.conf")) {
    return describe_postgres_error(place_, "28000", message);
  }
  return describe_postgres_error(place_, "", message);
}

bool PostgresSession::alive() {
  while (connection_ && PQstatus(connection_) == CONNECTION_OK) {
    pollfd socket{PQsocket(connection_), POLLIN, 0};
    if (poll(&socket, 1, 0) <= 0) return true;
    // A last word of the server, then the end of the stream: each is taken by a turn of its own.
    if (PQconsumeInput(connection_) != 1) return false;
    PQisBusy(connection_);
  }
  return false;
}

void PostgresSession::end() noexcept {
  if (connection_) PQfinish(connection_);
  connection_ = nullptr;
}

PostgresResult PostgresSession::checked(PGresult* raw) {
  PostgresResult result(raw);
  if (!result) throw SqlFailure(lost());
  const auto status = PQresultStatus(raw);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
  const auto state = text_of(PQresultErrorField(raw, PG_DIAG_SQLSTATE));
  throw SqlFailure(describe_postgres_error(place_, state, text_of(PQresultErrorMessage(raw))));
}

PostgresResult PostgresSession::run(const std::string& sql) {
  if (!connection_) throw SqlFailure(describe_postgres_error(place_, "", "the connection was lost"));
  return checked(PQexec(connection_, sql.c_str()));
}

std::string PostgresSession::answer(const std::string& sql) {
  const auto result = run(sql);
  return PQntuples(result.get()) == 0 ? "" : text_of(PQgetvalue(result.get(), 0, 0));
}

PostgresResult PostgresSession::run(const std::string& sql, const PostgresParameters& parameters) {
  if (!connection_) throw SqlFailure(describe_postgres_error(place_, "", "the connection was lost"));
  const auto types = parameters.types();
  const auto wire = parameters.wire();
  return checked(PQexecParams(connection_, sql.c_str(), parameters.count(), types.data(), wire.values.data(),
                              wire.lengths.data(), wire.formats.data(), kBinary));
}

void PostgresSession::prepare(PostgresPrepared& prepared, std::vector<Oid> types) {
  const auto name = "w" + std::to_string(++statements_);
  checked(PQprepare(connection_, name.c_str(), prepared.sql.c_str(), static_cast<int>(types.size()), types.data()));
  prepared.name = name;
  prepared.types = std::move(types);
  prepared.session = sessions_;
}

PostgresResult PostgresSession::run(PostgresPrepared& prepared, const PostgresParameters& parameters) {
  if (!connection_) throw SqlFailure(describe_postgres_error(place_, "", "the connection was lost"));
  auto types = parameters.types();
  if (prepared.session != sessions_ || prepared.types != types) prepare(prepared, std::move(types));
  const auto wire = parameters.wire();
  return checked(PQexecPrepared(connection_, prepared.name.c_str(), parameters.count(), wire.values.data(),
                                wire.lengths.data(), wire.formats.data(), kBinary));
}

}  // namespace waybill::tracker
