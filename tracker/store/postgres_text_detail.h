#pragma once
// Our SQL as PostgreSQL takes it. Pure functions of text.
#include <string>
#include <vector>

#include "tracker/store/sql_statement_detail.h"

namespace waybill::tracker {

// A step of the schema, from SQLite's dialect: BIGINT for INTEGER, BYTEA for BLOB, text in the order of its bytes,
// identity columns for assigned ids, no STRICT and no WITHOUT ROWID.
std::string postgres_schema_text(const std::string& sqlite);

// "$1", "$2", ... for each "?" in turn.
std::string postgres_numbered(const std::string& sql);

// The same statement for many sets of parameters, each parameter an array: `kinds` says of what.
//   INSERT INTO t(a, b) VALUES(?, ?) ON CONFLICT ...
//   -> INSERT INTO t(a, b) SELECT u.p1, u.p2 FROM unnest($1::bigint[], $2::bytea[]) AS u(p1, p2) ON CONFLICT ...
std::string postgres_insert_many(const std::string& sql, const std::vector<SqlKind>& kinds);
//   SELECT x FROM t WHERE a = ?
//   -> SELECT u.n, q.* FROM unnest($1::bigint[]) WITH ORDINALITY AS u(p1, n)
//      CROSS JOIN LATERAL (SELECT x FROM t WHERE a = u.p1) q ORDER BY u.n
std::string postgres_find_many(const std::string& sql, const std::vector<SqlKind>& kinds);

}  // namespace waybill::tracker
