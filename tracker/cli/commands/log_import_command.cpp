// `records import-log`: what CDN nodes' web servers sent, by their logs, into the books.
#include <fmt/format.h>

#include "tracker/cdn_log/log_import.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/log_import_json.h"
#include "tracker/paths/path_tables.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/text_table.h"
#include "tracker/store/record_resolutions.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

void add_left_out(LeftOut& sum, const LeftOut& more) {
  if (sum.count == 0) sum.first = more.first;
  sum.count += more.count;
}

json left_out_json(const LeftOut& left) {
  return {{"count", left.count}, {"first", left.count > 0 ? json(left.first) : json(nullptr)}};
}

LeftOut left_out_in(const json& value) {
  LeftOut left;
  left.count = value.at("count").get<std::int64_t>();
  if (left.count > 0) left.first = value.at("first").get<std::string>();
  return left;
}

Result<LogReading> read(AdministrationContext& context, const std::string& text) {
  const auto contents = context.store.registry().contents();
  if (!contents) return tl::make_unexpected(contents.error());
  const auto seeds = context.store.stock_clients().web_seeds(std::nullopt);
  if (!seeds) return tl::make_unexpected(seeds.error());
  const auto tables = read_path_tables(context.store.registry());
  if (!tables) return tl::make_unexpected(tables.error());
  const auto isp_of = [&](const IpAddress& address) { return tables->isp_of(address).value_or(IspId{}); };
  return read_log(text, LogTargets::of(*contents, *seeds), isp_of, context.clock.now());
}

}  // namespace

void LogTold::add(const LogTold& more) {
  lines += more.lines;
  imported += more.imported;
  bytes += more.bytes;
  deliveries += more.deliveries;
  existed += more.existed;
  without_bytes += more.without_bytes;
  add_left_out(unreadable, more.unreadable);
  add_left_out(other_urls, more.other_urls);
}

json to_json(const LogTold& told) {
  return {{"lines", told.lines},
          {"imported", told.imported},
          {"imported_bytes", told.bytes},
          {"imported_deliveries", told.deliveries},
          {"existed", told.existed},
          {"without_bytes", told.without_bytes},
          {"unreadable", left_out_json(told.unreadable)},
          {"other_urls", left_out_json(told.other_urls)}};
}

LogTold log_told_in(const json& result) {
  const auto number = [&](const char* key) { return result.at(key).get<std::int64_t>(); };
  LogTold told;
  told.lines = number("lines");
  told.imported = number("imported");
  told.bytes = number("imported_bytes");
  told.deliveries = number("imported_deliveries");
  told.existed = number("existed");
  told.without_bytes = number("without_bytes");
  told.unreadable = left_out_in(result.at("unreadable"));
  told.other_urls = left_out_in(result.at("other_urls"));
  return told;
}

Answer answer_of(const LogTold& told) {
  Answer answer;
  answer.result = to_json(told);
  answer.lines.push_back(fmt::format("{}: {} imported, {} bytes ({}), {}", counted(told.lines, "line", "lines"),
                                     told.imported, exact_bytes(told.bytes), human_bytes(told.bytes),
                                     counted(told.deliveries, "whole file", "whole files")));
  if (told.existed > 0) answer.lines.push_back(fmt::format("{} were in the books already", told.existed));
  if (told.without_bytes > 0) answer.lines.push_back(fmt::format("{} sent nothing of a file", told.without_bytes));
  const auto add = [&](const LeftOut& left, const char* what) {
    if (left.count == 0) return;
    answer.lines.push_back(fmt::format("{} {}; the first: {}", left.count, what, printable(left.first)));
  };
  add(told.other_urls, "are of no web seed, and left out");
  add(told.unreadable, "cannot be read, and are left out");
  return answer;
}

Result<Answer> records_import_log(AdministrationContext& context, Arguments& arguments) {
  const auto text = arguments.required("log");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto reading = read(context, text);
  if (!reading) return tl::make_unexpected(reading.error());
  if (reading->lines > 0 && reading->unreadable.count == reading->lines) {
    return refuse(fmt::format("no line can be read: log_format must be '{}'; the first: {}", kLogFormat,
                              printable(reading->unreadable.first)));
  }
  const auto import = import_records(context.store, reading->records);
  if (!import) return tl::make_unexpected(import.error());
  LogTold told;
  told.lines = reading->lines;
  told.imported = import->imported;
  told.bytes = import->sent.value;
  told.deliveries = import->deliveries;
  told.existed = import->existed + reading->repeated;
  told.without_bytes = reading->without_bytes;
  told.unreadable = reading->unreadable;
  told.other_urls = reading->other_urls;
  return answer_of(told);
}

}  // namespace waybill::tracker
