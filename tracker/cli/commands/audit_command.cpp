#include <fmt/format.h>

#include "tracker/accounting/audit.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/long_work.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

Result<Answer> audit_accounts(AdministrationContext& context, Arguments& arguments) {
  const bool signatures = arguments.flag("signatures");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  AuditOptions options;
  if (signatures) options.tracker_key = context.key.public_key();
  auto meter = meter_of(context, "receipts counted again");
  options.meter = &meter;
  const auto report = audit(context.store, options);
  if (!report) return tl::make_unexpected(report.error());
  Answer answer;
  answer.result = {{"sound", report->sound()},
                   {"orders", report->orders},
                   {"receipts", report->receipts},
                   {"cdn_records", report->cdn_records},
                   {"acknowledged_bytes", report->acked.value},
                   {"sent_bytes", report->sent.value},
                   {"signatures_checked", signatures},
                   {"faults", report->faults}};
  if (!report->sound()) {
    answer.lines = report->faults;
    answer.failure = "the books do not follow from the receipts: keep the database and its backups as they are";
    return answer;
  }
  answer.lines.push_back(fmt::format(
      "The books are sound: {} of {}{}, counted again, give the same {} acknowledged bytes ({}) in every account{}",
      counted(report->receipts, "receipt", "receipts"), counted(report->orders, "order", "orders"),
      report->cdn_records == 0
          ? ""
          : " and " + counted(report->cdn_records, "record of CDN nodes' logs", "records of CDN nodes' logs"),
      exact_bytes(report->acked.value), human_bytes(report->acked.value),
      signatures ? "; every signature is good" : ""));
  return answer;
}

}  // namespace waybill::tracker
