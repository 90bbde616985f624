#include "tracker/paths/csv_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/protocol/utf8.h"

namespace waybill::tracker {

namespace {

tl::unexpected<Error> refuse_line(std::size_t line, std::string_view why) {
  return refuse(fmt::format("line {}: {}", line, why));
}

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }

  // Empty cells for an empty line.
  Result<CsvRow> next() {
    CsvRow row;
    row.line = line_;
    while (true) {
      auto cell = !at_end() && text_[at_] == '"' ? quoted() : plain();
      if (!cell) return pass_on(cell);
      if (!protocol::is_printable_utf8(*cell)) return refuse_line(row.line, "a cell is no UTF-8 text of one line");
      row.cells.push_back(*std::move(cell));
      if (at_end() || end_of_line()) break;
      ++at_;  // the comma
    }
    if (row.cells.size() == 1 && row.cells[0].empty()) row.cells.clear();
    return row;
  }

 private:
  bool end_of_line() {
    const auto rest = text_.substr(at_);
    const std::size_t length = rest.starts_with("\r\n") ? 2 : rest.starts_with("\n") ? 1 : 0;
    if (length == 0) return false;
    at_ += length;
    ++line_;
    return true;
  }

  bool at_delimiter() const {
    const auto rest = text_.substr(at_);
    return rest.empty() || rest.starts_with(",") || rest.starts_with("\n") || rest.starts_with("\r\n");
  }

  Result<std::string> plain() {
    std::string cell;
    while (!at_delimiter()) {
      if (text_[at_] == '"') return refuse_line(line_, "a quote stands inside a cell that is not quoted");
      cell += text_[at_++];
    }
    return cell;
  }

  Result<std::string> quoted() {
    const auto began = line_;
    std::string cell;
    ++at_;
    while (true) {
      if (at_end()) return refuse_line(began, "a quote is never closed");
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        cell += c;
      } else if (!at_end() && text_[at_] == '"') {
        cell += text_[at_++];
      } else {
        break;
      }
    }
    if (!at_delimiter()) return refuse_line(began, "text stands behind a closing quote");
    return cell;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status check_columns(const CsvRow& header, const std::vector<std::string_view>& known,
                     const std::vector<std::string_view>& needed) {
  std::vector<std::string_view> seen;
  for (const auto& column : header.cells) {
    if (!has(known, column)) {
      return refuse_line(header.line, fmt::format("there is no column '{}': use {}", column, fmt::join(known, ", ")));
    }
    if (has(seen, column)) return refuse_line(header.line, fmt::format("the column '{}' comes twice", column));
    seen.push_back(column);
  }
  for (const auto column : needed) {
    if (!has(seen, column)) return refuse_line(header.line, fmt::format("the column '{}' is needed", column));
  }
  return {};
}

}  // namespace

Result<CsvTable> CsvTable::read(std::string_view text, const std::vector<std::string_view>& known,
                                const std::vector<std::string_view>& needed) {
  if (text.size() > kMaxBytes)
    return refuse(fmt::format("a table has at most {} bytes: import it in parts", kMaxBytes));
  // What spreadsheets put in front of UTF-8.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  CsvTable table;
  CsvReader reader(text);
  while (!reader.at_end()) {
    auto row = reader.next();
    if (!row) return pass_on(row);
    if (row->cells.empty()) continue;
    if (table.columns.empty()) {
      if (auto status = check_columns(*row, known, needed); !status) return pass_on(status);
      table.columns = std::move(row->cells);
      continue;
    }
    if (row->cells.size() != table.columns.size()) {
      return refuse_line(row->line, fmt::format("{} cells, where the first line names {} columns", row->cells.size(),
                                                table.columns.size()));
    }
    if (table.rows.size() == kMaxRows) {
      return refuse_line(row->line, fmt::format("a table has at most {} rows: import it in parts", kMaxRows));
    }
    table.rows.push_back(*std::move(row));
  }
  if (table.columns.empty()) return refuse_line(1, fmt::format("it names the columns: {}", fmt::join(known, ", ")));
  return table;
}

const std::string& CsvTable::cell(const CsvRow& row, std::string_view column) const {
  static const std::string kNone;
  const auto found = std::find(columns.begin(), columns.end(), column);
  return found == columns.end() ? kNone : row.cells[static_cast<std::size_t>(found - columns.begin())];
}

}  // namespace waybill::tracker
