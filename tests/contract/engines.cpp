#include "tests/contract/engines.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "common/types/byte_string.h"

namespace waybill::contract {

std::string dump_sqlite(const std::string& file) {
  SQLite::Database database(file, SQLite::OPEN_READONLY, 10'000);
  std::string text;
  SQLite::Statement tables(database,
                           "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                           "AND name NOT IN ('refusals', 'refusal_examples') ORDER BY name");
  while (tables.executeStep()) {
    const auto name = tables.getColumn(0).getString();
    text += "[" + name + "]\n";
    SQLite::Statement rows(database, "SELECT * FROM " + name + " ORDER BY 1, 2");
    while (rows.executeStep()) {
      for (int column = 0; column < rows.getColumnCount(); ++column) {
        const auto value = rows.getColumn(column);
        const ByteView bytes(static_cast<const char*>(value.getBlob()), static_cast<std::size_t>(value.getBytes()));
        text += (column ? "|" : "") + (value.isBlob() ? to_hex(bytes) : value.getString());
      }
      text += "\n";
    }
  }
  return text;
}

std::string dump_postgres(const std::string& url) {
  std::string text;
  const auto tables = PostgresServer::ask(url,
                                          "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
                                          "AND tablename NOT IN ('refusals', 'refusal_examples') ORDER BY tablename");
  for (const auto& name : tables) {
    text += "[" + name + "]\n";
    for (const auto& row : PostgresServer::ask(url, "SELECT * FROM " + name + " ORDER BY 1, 2")) text += row + "\n";
  }
  return text;
}

}  // namespace waybill::contract
