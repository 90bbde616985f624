#include "tests/contract/engines.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "common/crypto/digest.h"

namespace waybill::contract {

TemporaryFolder::TemporaryFolder()
    : path_(std::filesystem::temp_directory_path() / ("waybill-books-" + to_hex(crypto::random_bytes(8)))) {
  std::filesystem::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a folder that is left behind must not hide a test's own failure
  std::filesystem::remove_all(path_, ignored);
}

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

}  // namespace waybill::contract
