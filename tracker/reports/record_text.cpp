#include "tracker/reports/record_text.h"

#include <fmt/format.h>

#include "tracker/reports/text_table.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

std::string record_text(const ComponentRecord& record) {
  return printable(fmt::format("<{}> <{}, {}, {}, {}, {}, {}>", record.component.label,
                               record.path.empty() ? "-" : record.path, record.owner, record.acked.value,
                               format_time(record.start), format_time(record.end), record.title));
}

}  // namespace waybill::tracker
