#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json content_json(const Content& content) {
  return {{"id", content.id.hex()},
          {"owner", content.owner},
          {"title", content.title},
          {"class", name_of(content.content_class)},
          {"size_bytes", content.size.value},
          {"piece_bytes", content.piece_length.value},
          {"pieces", content.pieces},
          {"published", format_time(content.published)},
          {"publisher", content.publisher.hex()},
          {"removed", content.removed ? json(format_time(*content.removed)) : json(nullptr)}};
}

Answer contents_answer(const std::vector<Content>& contents) {
  Answer answer;
  auto& rows = answer.result["contents"] = json::array();
  for (const auto& content : contents) rows.push_back(content_json(content));
  answer.add_sheet("contents", {{"id", "ID", "id"},
                                {"owner", "OWNER"},
                                {"title", "TITLE"},
                                {"class", "CLASS"},
                                {"size_bytes", "SIZE", "bytes"},
                                {"pieces", "PIECES", "number"},
                                {"published", "PUBLISHED"},
                                {"removed", "REMOVED"}});
  return answer;
}

}  // namespace

Result<Answer> content_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  const auto owner = arguments.text("owner");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto contents = context.store.registry().contents();
  if (!contents) return pass_on(contents);
  std::vector<Content> shown;
  for (auto& content : *contents) {
    if ((all || !content.removed) && (!owner || content.owner == *owner)) shown.push_back(std::move(content));
  }
  return contents_answer(shown);
}

Result<Answer> content_show(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("content");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto content = content_named(context.store.registry(), name);
  if (!content) return pass_on(content);
  return contents_answer({*content});
}

Result<Answer> content_remove(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("content");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  auto content = content_named(registry, name);
  if (!content) return pass_on(content);
  if (content->removed) return refuse(fmt::format("'{}' was removed at {}", name, format_time(*content->removed)));
  if (auto removed = registry.remove_content(content->id, context.clock.now()); !removed) return pass_on(removed);
  Answer answer;
  answer.registry_changed = true;
  answer.result["removed"] = content->id.hex();
  answer.lines.push_back(fmt::format("'{}' is not handed out any more; its books stay", content->title));
  return answer;
}

}  // namespace waybill::tracker
