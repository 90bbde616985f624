// Subscribers: whose stock BitTorrent clients may announce, and the torrents they get.
#include <fmt/format.h>

#include "common/protocol/utf8.h"
#include "tracker/announce/announce_request.h"
#include "tracker/announce/subscriber_key.h"
#include "tracker/announce/twin_torrent.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxSubscriberNameBytes = 100;

json subscriber_json(const Subscriber& subscriber) {
  return {{"id", subscriber.id},
          {"name", subscriber.name},
          {"created", format_time(subscriber.created)},
          {"revoked", subscriber.revoked ? json(format_time(*subscriber.revoked)) : json()}};
}

Result<Subscriber> subscriber_named(Store& store, const std::string& name) {
  const auto all = store.stock_clients().subscribers();
  if (!all) return tl::make_unexpected(all.error());
  for (const auto& each : *all) {
    if (!each.revoked && each.name == name) return each;
  }
  return refuse(fmt::format("no subscriber in force is named '{}': `subscriber list` shows them", name));
}

Result<std::string> announce_url_of(const AdministrationContext& context, const Subscriber& subscriber) {
  if (context.announce_url.empty()) {
    return refuse("stock clients are not served: set announce-listen in tracker.conf and start the tracker anew");
  }
  const auto key = subscriber_key(context.key, subscriber.id);
  if (subscriber_key_hash(key) != subscriber.key_hash) {
    return refuse(
        fmt::format("'{}' was added under another key of the tracker: revoke it and add it again", subscriber.name));
  }
  return context.announce_url + kAnnouncePath + key;
}

}  // namespace

Result<Answer> subscriber_add(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (name.empty() || name.size() > kMaxSubscriberNameBytes || !protocol::is_printable_utf8(name)) {
    arguments.fault("name", fmt::format("is printable text of 1 to {} bytes", kMaxSubscriberNameBytes));
  }
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto hash_of = [&](std::int64_t id) { return *subscriber_key_hash(subscriber_key(context.key, id)); };
  const auto added = context.store.stock_clients().add_subscriber(name, context.clock.now(), hash_of);
  if (!added) return tl::make_unexpected(added.error());
  Answer answer;
  answer.registry_changed = true;
  answer.result = {{"subscriber", subscriber_json(*added)}, {"key", subscriber_key(context.key, added->id)}};
  answer.lines.push_back(fmt::format("Subscriber {} ({}) may fetch with stock BitTorrent clients", added->id, name));
  answer.notes.push_back(
      fmt::format("`waybill-tracker subscriber torrent {} CONTENT -o FILE` writes its torrents", name));
  return answer;
}

Result<Answer> subscriber_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto known = context.store.stock_clients().subscribers();
  if (!known) return tl::make_unexpected(known.error());
  Answer answer;
  auto& rows = answer.result["subscribers"] = json::array();
  for (const auto& each : *known) {
    if (all || !each.revoked) rows.push_back(subscriber_json(each));
  }
  answer.add_sheet("subscribers",
                   {{"id", "ID", "number"}, {"name", "NAME"}, {"created", "CREATED"}, {"revoked", "REVOKED"}});
  return answer;
}

Result<Answer> subscriber_revoke(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto subscriber = subscriber_named(context.store, name);
  if (!subscriber) return tl::make_unexpected(subscriber.error());
  auto revoked = context.store.stock_clients().revoke_subscriber(subscriber->id, context.clock.now());
  if (!revoked) return pass_on(revoked);
  Answer answer;
  answer.registry_changed = true;
  answer.result["revoked"] = subscriber->id;
  answer.lines.push_back(fmt::format("Subscriber {} ({}) is refused from now on", subscriber->id, name));
  return answer;
}

Result<Answer> subscriber_torrent(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto content_name = arguments.positional("content");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto subscriber = subscriber_named(context.store, name);
  if (!subscriber) return tl::make_unexpected(subscriber.error());
  const auto content = content_named(context.store.registry(), content_name);
  if (!content) return tl::make_unexpected(content.error());
  if (content->removed) return refuse(fmt::format("'{}' was removed", content->title));
  const auto twin = context.store.stock_clients().twin_of(content->id);
  if (!twin) return tl::make_unexpected(twin.error());
  if (!*twin) {
    return refuse(fmt::format("'{}' has no v1 torrent yet: publish its file again on its CDN node", content->title));
  }
  const auto url = announce_url_of(context, *subscriber);
  if (!url) return tl::make_unexpected(url.error());
  const auto seeds = context.store.stock_clients().web_seeds(content->id);
  if (!seeds) return tl::make_unexpected(seeds.error());
  const auto torrent = with_announce(**twin, *url, *seeds);
  if (!torrent) return tl::make_unexpected(torrent.error());
  Answer answer;
  answer.result = {{"content", content->id.hex()}, {"announce", *url}, {"torrent", to_hex(*torrent)}};
  return answer;
}

}  // namespace waybill::tracker
