#include "tracker/paths/component_sheet.h"

#include <fmt/format.h>

#include "tracker/paths/csv_table.h"

namespace waybill::tracker {

namespace {

// The words of a cell, each read by `read`.
template <typename Value, typename Read>
Status read_words(const std::string& cell, std::vector<Value>& values, Read read) {
  std::size_t at = 0;
  while (true) {
    at = cell.find_first_not_of(' ', at);
    if (at == std::string::npos) return {};
    const auto end = std::min(cell.find(' ', at), cell.size());
    auto value = read(std::string_view(cell).substr(at, end - at));
    if (!value) return pass_on(value);
    values.push_back(*std::move(value));
    at = end;
  }
}

Status read_component(const CsvTable& table, const CsvRow& row, ComponentLine& line) {
  auto& component = line.component;
  component.name = table.cell(row, "name");
  component.owner = table.cell(row, "owner");
  component.place = {table.cell(row, "country"), table.cell(row, "state"), table.cell(row, "city")};
  line.isp = table.cell(row, "isp");
  if (const auto& text = table.cell(row, "kind"); !text.empty()) {
    const auto kind = parse_component_kind(text);
    if (!kind) return tl::make_unexpected(kind.error());
    component.kind = *kind;
  }
  if (auto read = read_words(table.cell(row, "address"), component.addresses, IpAddress::parse); !read) return read;
  if (auto read = read_words(table.cell(row, "prefix"), component.prefixes, IpPrefix::parse); !read) return read;
  if (auto read = read_words(table.cell(row, "pattern"), component.patterns, NamePattern::parse); !read) return read;
  return check_component(component);
}

}  // namespace

Result<std::vector<ComponentLine>> read_component_sheet(std::string_view text) {
  auto table = CsvTable::read(
      text, {"name", "kind", "owner", "isp", "address", "prefix", "pattern", "country", "state", "city"}, {"name"});
  if (!table) return pass_on(table);
  std::vector<ComponentLine> lines;
  for (const auto& row : table->rows) {
    ComponentLine line;
    line.line = row.line;
    if (auto read = read_component(*table, row, line); !read) {
      return pass_on(read.error(), fmt::format("line {}", row.line));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<std::vector<InsightLine>> read_insight_sheet(std::string_view text) {
  auto table = CsvTable::read(text, {"between", "and", "lies", "direction"}, {"between", "and", "lies"});
  if (!table) return pass_on(table);
  std::vector<InsightLine> lines;
  for (const auto& row : table->rows) {
    InsightLine line{row.line, table->cell(row, "between"), table->cell(row, "and"), table->cell(row, "lies"), true};
    const auto& direction = table->cell(row, "direction");
    if (direction == "one-way") {
      line.both_ways = false;
    } else if (!direction.empty() && direction != "both") {
      return refuse(fmt::format("line {}: '{}' is no direction: both or one-way", row.line, direction));
    }
    if (line.between.empty() || line.and_.empty() || line.lies.empty()) {
      return refuse(fmt::format("line {}: between, and, lies: none of them may be empty", row.line));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace waybill::tracker
