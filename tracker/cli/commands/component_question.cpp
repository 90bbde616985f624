#include <fmt/format.h>

#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/component_question_json.h"

namespace waybill::tracker {

namespace {

// Several kinds where none is named: those whose capacity people pay for.
Result<std::vector<ComponentKind>> parse_kinds(const std::string& text) {
  if (text == "links") return std::vector{ComponentKind::link, ComponentKind::inter_isp_link};
  for (const auto kind : component_kinds()) {
    if (text == to_string(kind)) return std::vector{kind};
  }
  std::string known = "links";
  for (const auto kind : component_kinds()) known += fmt::format(", {}", to_string(kind));
  return refuse(fmt::format("'{}' is not a kind of component (one of {})", text, known));
}

}  // namespace

ComponentQuestion ComponentQuestion::read(Arguments& arguments, const char* default_kind) {
  ComponentQuestion read;
  read.filters = ReportArguments::read_content_and_time(arguments);
  read.component = arguments.text("component");
  const auto kinds = arguments.read_as("kind", parse_kinds);
  if (read.component && kinds) arguments.fault("kind", "excludes --component");
  read.kinds = kinds ? *kinds : *parse_kinds(default_kind);
  return read;
}

ComponentQuery component_query(const ReportFilters& filters) {
  ComponentQuery query;
  query.owner = filters.owner;
  query.content_class = filters.content_class;
  query.content = filters.content;
  query.since = filters.since;
  query.until = filters.until;
  return query;
}

std::vector<ComponentQuery> queries_of(const ComponentQuestion& question, const ReportFilters& filters) {
  auto query = component_query(filters);
  std::vector<ComponentQuery> queries;
  if (question.component) {
    for (auto& key : component_keys(*question.component)) {
      query.key = std::move(key);
      queries.push_back(query);
    }
    return queries;
  }
  for (const auto kind : question.kinds) {
    query.kind = kind;
    queries.push_back(query);
  }
  return queries;
}

Result<std::vector<ComponentBucket>> read_series(AdministrationContext& context, const ComponentQuestion& question,
                                                 const ReportFilters& filters, DurationMs grain) {
  if (auto ok = check_component(context, question.component); !ok) return pass_on(ok);
  std::vector<ComponentBucket> all;
  for (const auto& query : queries_of(question, filters)) {
    auto buckets = context.store.accounts().component_series(query, grain, kMaxSeriesRows + 1);
    if (!buckets) return pass_on(buckets);
    all.insert(all.end(), std::make_move_iterator(buckets->begin()), std::make_move_iterator(buckets->end()));
    if (static_cast<std::int64_t>(all.size()) > kMaxSeriesRows) {
      return refuse(
          fmt::format("more than {} rows answer this: narrow it with --since, --until or --component", kMaxSeriesRows));
    }
  }
  return all;
}

}  // namespace waybill::tracker
