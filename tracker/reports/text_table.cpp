#include "tracker/reports/text_table.h"

#include <algorithm>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

// Code points, counted as the bytes that do not continue one. Wide and combining characters are off by a column.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void append_cell(std::string& line, const std::string& cell, std::size_t width, bool right) {
  const std::size_t padding = width - std::min(width, display_width(cell));
  if (right) line.append(padding, ' ');
  line += cell;
  if (!right) line.append(padding, ' ');
}

void append_line(std::string& out, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  out += line;
  out += '\n';
}

void append_csv_field(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return result;
}

std::string render_table(const TextTable& table) {
  std::vector<std::size_t> widths;
  for (const auto& column : table.columns) widths.push_back(display_width(column.heading));
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : table.rows) {
    WAYBILL_ASSERT(row.size() == widths.size(), "a row has one cell for each column");
    auto& cells = rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(printable(row[i]));
      widths[i] = std::max(widths[i], display_width(cells.back()));
    }
  }
  std::string out;
  std::string heading;
  std::string rule;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string gap = i == 0 ? "" : "  ";
    heading += gap;
    append_cell(heading, table.columns[i].heading, widths[i], table.columns[i].right);
    rule += gap + std::string(widths[i], '-');
  }
  append_line(out, heading);
  append_line(out, rule);
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i != 0) line += "  ";
      append_cell(line, row[i], widths[i], table.columns[i].right);
    }
    append_line(out, line);
  }
  return out;
}

std::string render_csv(const TextTable& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i != 0) out += ',';
    append_csv_field(out, table.columns[i].heading);
  }
  out += "\r\n";
  for (const auto& row : table.rows) {
    WAYBILL_ASSERT(row.size() == table.columns.size(), "a row has one cell for each column");
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) out += ',';
      append_csv_field(out, row[i]);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace waybill::tracker
