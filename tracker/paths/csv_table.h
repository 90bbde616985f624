#pragma once
// A table as comma-separated values (RFC 4180): what operators import. Lines end in LF or CRLF; a cell that holds
// commas, quotes or line ends is quoted, with quotes doubled. The first row names the columns. Empty lines are left
// out.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/types/result.h"

namespace waybill::tracker {

struct CsvRow {
  std::size_t line = 0;            // that it begins at, from 1
  std::vector<std::string> cells;  // as many as there are columns
};

struct CsvTable {
  static constexpr std::size_t kMaxBytes = 8 << 20;
  static constexpr std::size_t kMaxRows = 100'000;

  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  // Every refusal but that of the size names the line. Refused: more than the limits, a column that is not among
  // `known` or comes twice, one of `needed` that is missing, a row of another width, a quote inside an unquoted cell,
  // text behind a closing quote, a quote that is never closed, text that is no UTF-8.
  static Result<CsvTable> read(std::string_view text, const std::vector<std::string_view>& known,
                               const std::vector<std::string_view>& needed);
  // "" where there is no such column.
  const std::string& cell(const CsvRow& row, std::string_view column) const;
};

}  // namespace waybill::tracker
