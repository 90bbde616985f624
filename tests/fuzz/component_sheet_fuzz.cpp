// Tables of components and insights as operators import them, and patterns of names: what is accepted keeps its limits,
// and what a component says of itself is read again as the same.
#include <cstdint>
#include <string>

#include "common/types/check.h"
#include "tracker/paths/component_sheet.h"
#include "tracker/paths/csv_table.h"

using namespace waybill;
using namespace waybill::tracker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto lines = read_component_sheet(text)) {
    std::size_t last = 0;
    for (const auto& line : *lines) {
      WAYBILL_ASSERT(line.line > last, "lines do not ascend");
      last = line.line;
      WAYBILL_ASSERT(check_component(line.component), "an accepted component is refused");
      for (const auto& pattern : line.component.patterns) {
        WAYBILL_ASSERT(NamePattern::parse(pattern.str()) == pattern, "a pattern is read otherwise");
        pattern.matches(text.substr(0, 255));
      }
    }
    WAYBILL_ASSERT(lines->size() <= CsvTable::kMaxRows, "too many rows");
  }
  if (const auto lines = read_insight_sheet(text)) {
    for (const auto& line : *lines) WAYBILL_ASSERT(!line.lies.empty(), "nothing lies there");
  }
  return 0;
}
