#pragma once
// What a report is asked about (patent FIG. 7), as arguments and as facts. For the .cpp files of this folder.
#include <optional>
#include <string>

#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/reports/day_hours.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

// As typed. Which of them a report takes is its own matter.
struct ReportArguments {
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> delivered_to;
  std::optional<std::string> involving;  // not read by `read`: of few reports
  std::optional<std::string> owner;
  std::optional<ContentClass> content_class;
  std::optional<std::string> content;
  std::optional<std::string> client;
  std::optional<std::string> since;
  std::optional<std::string> until;
  std::optional<std::string> period;
  std::optional<std::string> timezone;
  std::optional<DayHours> between;

  static ReportArguments read(Arguments& arguments);
  // --owner, --class, --content, and the window: what reports over components take.
  static ReportArguments read_content_and_time(Arguments& arguments);
};

// The same, resolved by the registry.
struct ReportFilters {
  std::optional<IspId> from;
  std::optional<IspId> to;         // --to or --delivered-to
  std::optional<IspId> involving;  // sent from it or received at it
  std::optional<std::string> owner;
  std::optional<ContentClass> content_class;
  std::optional<ContentId> content;
  std::optional<AgentKey> client;
  std::optional<TimeMs> since;
  std::optional<TimeMs> until;
  std::optional<DayHours> between;
  std::string timezone;  // that hours of the day, days, months and periods are counted in
  // What is asked, in words: "from SP1 to SP2, 18:00-24:00 (Europe/Berlin), since ...".
  std::string words;
  nlohmann::json facts = nlohmann::json::object();  // the same as JSON
};

// `whole_quarters`: the answer comes from the accounts, whose grain is a quarter of an hour; window edges between two
// quarters are refused, relative ones ("-7d") are rounded down to one.
Result<ReportFilters> resolve_filters(AdministrationContext& context, const ReportArguments& arguments,
                                      bool whole_quarters);

}  // namespace waybill::tracker
