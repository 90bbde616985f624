// Web seeds: where CDN nodes' plain web servers have the files that torrents name (BEP 19), and by which their logs are
// known to be of a content.
#include <fmt/format.h>

#include "tracker/announce/web_seed.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// Two URLs that a log could not tell apart are one.
Status check_new(StockClients& stock, const std::string& url) {
  if (const auto good = check_web_seed(url); !good) return good;
  const auto key = web_seed_key(url);
  if (!key) return tl::make_unexpected(key.error());
  const auto known = stock.web_seeds(std::nullopt);
  if (!known) return tl::make_unexpected(known.error());
  for (const auto& seed : *known) {
    if (seed.url != url && web_seed_key(seed.url).value_or("") == *key) {
      return refuse(
          fmt::format("it is {} written otherwise, a web seed of content {} already", seed.url, seed.content.brief()));
    }
  }
  return {};
}

}  // namespace

Result<Answer> web_seed_add(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("content");
  const auto url = arguments.positional("url");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto content = content_named(context.store.registry(), name);
  if (!content) return tl::make_unexpected(content.error());
  if (content->removed) return refuse(fmt::format("'{}' was removed", content->title));
  auto& stock = context.store.stock_clients();
  if (const auto good = check_new(stock, url); !good) return pass_on(good.error(), "URL");
  const WebSeed seed{content->id, url, context.clock.now()};
  if (auto added = stock.add_web_seed(seed); !added) return pass_on(added);
  Answer answer;
  answer.result = {{"content", content->id.hex()}, {"url", url}};
  answer.lines.push_back(fmt::format("Torrents of '{}' that are written from now on name {}", content->title, url));
  answer.notes.push_back("`records import-log` reads what its web server sent");
  return answer;
}

Result<Answer> web_seed_remove(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("content");
  const auto url = arguments.positional("url");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto content = content_named(context.store.registry(), name);
  if (!content) return tl::make_unexpected(content.error());
  if (auto removed = context.store.stock_clients().remove_web_seed(content->id, url); !removed) return pass_on(removed);
  Answer answer;
  answer.result["removed"] = url;
  answer.lines.push_back(fmt::format("Torrents of '{}' do not name {} any more", content->title, url));
  answer.notes.push_back("Lines of its log that are imported from now on are of no content");
  return answer;
}

Result<Answer> web_seed_list(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.text("content");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  std::optional<ContentId> wanted;
  if (name) {
    const auto content = content_named(context.store.registry(), *name);
    if (!content) return tl::make_unexpected(content.error());
    wanted = content->id;
  }
  const auto seeds = context.store.stock_clients().web_seeds(wanted);
  if (!seeds) return tl::make_unexpected(seeds.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  Answer answer;
  auto& rows = answer.result["web_seeds"] = json::array();
  for (const auto& seed : *seeds) {
    rows.push_back({{"content", seed.content.hex()},
                    {"title", names->titles.at(seed.content)},
                    {"url", seed.url},
                    {"added", format_time(seed.added)}});
  }
  answer.add_sheet("web_seeds", {{"content", "CONTENT", "id"}, {"title", "TITLE"}, {"url", "URL"}, {"added", "ADDED"}});
  return answer;
}

}  // namespace waybill::tracker
