#include "tracker/api/announce_service.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/runtime/log.h"
#include "tracker/announce/subscriber_key.h"
#include "tracker/announce/twin_torrent.h"

namespace waybill::tracker {

namespace {

constexpr DurationMs kTick = seconds(1);
// A client that is silent for longer has gone without a word.
constexpr DurationMs kSilence{kAnnounceInterval.value * 5 / 2};

// BEP 3 has no status but 200: clients read the reason in the body.
void reply(const net::Respond& respond, ByteString body) {
  respond({200, {{"content-type", "text/plain"}, {"cache-control", "no-store"}}, std::move(body)});
}

std::string_view behind(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string_view{};
}

std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::int64_t pieces_held(const Content& content, std::int64_t left) {
  const auto missing = (left + content.piece_length.value - 1) / content.piece_length.value;
  return std::clamp<std::int64_t>(content.pieces - missing, 0, content.pieces);
}

}  // namespace

AnnounceService::AnnounceService(runtime::EventLoop& loop, const runtime::Clock& clock, StoreBridge& bridge,
                                 ControlDesk& desk, std::string announce_url)
    : loop_(loop), clock_(clock), bridge_(bridge), desk_(desk), announce_url_(std::move(announce_url)) {
  desk_.set_listener(
      [this](const AgentKey& receiver, const protocol::ControlMessage& message) { hear(receiver, message); });
  tick();
}

AnnounceService::~AnnounceService() { desk_.set_listener(nullptr); }

void AnnounceService::refuse(const net::HttpRequest& request, const net::Respond& respond,
                             const AnnounceRefusal& refusal) {
  auto& refused = refusals_[static_cast<std::size_t>(refusal.fault)];
  if (refused.count++ == 0) refused.first = request.remote.address.str() + ": " + refusal.message;
  WAYBILL_DEBUG("announce", "refused from={} fault={} count={}: {}", request.remote.address.str(),
                name_of(refusal.fault), refused.count, refusal.message);
  // Each power of two is told, so that a storm neither fills the log nor hides in it.
  if ((refused.count & (refused.count - 1)) == 0) {
    WAYBILL_WARN("announce", "refused fault={} count={} latest={}: {} (first: {})", name_of(refusal.fault),
                 refused.count, request.remote.address.str(), refusal.message, refused.first);
  }
  reply(respond, encode_failure(refusal.message));
}

void AnnounceService::handle(const net::HttpRequest& request, net::Respond respond) {
  const auto path = request.path();
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (!get || !is_announce_path(path)) return respond(net::text_response(404, "There is nothing here.\n"));
  const auto tail = [&] {
    for (const auto* prefix : {kAnnouncePath, kScrapePath, kSubscribedPath}) {
      if (path.starts_with(prefix)) return path.substr(std::string_view(prefix).size());
    }
    return std::string();
  }();
  const auto hash = subscriber_key_hash(std::string_view(tail).substr(0, tail.find('/')));
  const auto& subscribers = desk_.registry().subscribers;
  const auto found = hash ? subscribers.find(*hash) : subscribers.end();
  if (found == subscribers.end()) {
    return refuse(request, respond, {AnnounceFault::foreign_key, "this key is not known here, or not any more"});
  }
  const auto now = clock_.monotonic();
  if (limit_.full(*hash, now)) {
    return refuse(request, respond, {AnnounceFault::too_often, "too many announces with this key: wait a minute"});
  }
  limit_.count(*hash, now);
  if (path.starts_with(kAnnouncePath)) return announce(found->second, request, respond);
  if (path.starts_with(kScrapePath)) return scrape(request, respond);
  torrent(found->second, request, respond);
}

const Content* AnnounceService::content_of(const TwinHash& twin) const {
  const auto& registry = desk_.registry();
  const auto known = registry.twins.find(twin);
  if (known == registry.twins.end()) return nullptr;
  const auto content = registry.contents.find(known->second);
  return content == registry.contents.end() || content->second.removed ? nullptr : &content->second;
}

void AnnounceService::announce(const Subscriber& subscriber, const net::HttpRequest& request,
                               const net::Respond& respond) {
  const auto address = request.remote.address;
  const auto said = parse_announce(query_of(request.target), address);
  if (!said) return refuse(request, respond, said.error());
  const auto* content = content_of(said->twin);
  if (!content) return refuse(request, respond, {AnnounceFault::unknown_content, "this content is not handed out"});
  if (said->left > content->size.value) {
    return refuse(request, respond, {AnnounceFault::absurd_number, "left is more than the content's size"});
  }
  const auto receiver = stock_receiver(subscriber.id, address);
  const bool ends = said->event == Announce::Event::stopped || said->left == 0;
  if (!ends) return want(subscriber, *content, *said, address, respond);
  std::optional<StoredDelivery> delivery;
  if (said->left == 0) delivery = delivery_of(receiver, *content, address);
  // It asks for nothing, and is no source: an empty answer.
  forget(receiver, content->id);
  AnnounceAnswer answer;
  answer.complete = static_cast<std::int64_t>(desk_.coordinator().holders(content->id));
  answer.incomplete = wanting(content->id);
  answer.compact = said->compact;
  if (!delivery) return reply(respond, encode_answer(answer));
  ++completed_[content->id];
  record_delivery(*delivery, encode_answer(answer), respond);
}

// Absent where it was not heard to ask for it: then nothing says when it began.
std::optional<StoredDelivery> AnnounceService::delivery_of(const AgentKey& receiver, const Content& content,
                                                           const IpAddress& address) const {
  const auto client = clients_.find(receiver);
  if (client == clients_.end()) return std::nullopt;
  const auto wanted = client->second.wanted.find(content.id);
  if (wanted == client->second.wanted.end()) return std::nullopt;
  StoredDelivery delivery;
  delivery.content = content.id;
  delivery.receiver = receiver;
  delivery.owner = content.owner;
  delivery.receiver_isp = desk_.registry().isp_of(address);
  delivery.size = content.size;
  delivery.started = wanted->second.began;
  delivery.completed = std::max(clock_.now(), delivery.started);
  delivery.witness = DeliveryWitness::stock_client;
  delivery.address = address;
  return delivery;
}

// The client is answered once it is durable.
void AnnounceService::record_delivery(const StoredDelivery& delivery, ByteString answer, const net::Respond& respond) {
  const auto asked =
      bridge_.ask([delivery](Store& store) { return store.evidence().add_delivery(delivery); },
                  [delivery, respond, answer](Result<bool> added) {
                    if (!added) {
                      WAYBILL_ERROR("announce", "delivery not recorded content={} receiver={}: {}",
                                    delivery.content.brief(), delivery.receiver.brief(), added.error().message);
                    }
                    reply(respond, answer);
                  });
  if (asked) return;
  WAYBILL_ERROR("announce", "delivery not recorded content={} receiver={}: the store is busy", delivery.content.brief(),
                delivery.receiver.brief());
  reply(respond, std::move(answer));
}

AnnounceService::Client* AnnounceService::admit(const Subscriber& subscriber, const IpAddress& address,
                                                std::uint16_t port, const net::Respond& respond) {
  const auto receiver = stock_receiver(subscriber.id, address);
  if (const auto known = clients_.find(receiver); known != clients_.end()) return &known->second;
  auto& addresses = addresses_[subscriber.id];
  if (addresses >= kMaxAddressesPerSubscriber || clients_.size() >= kMaxStockClients) {
    net::HttpRequest from;
    from.remote = {address, port};
    refuse(from, respond,
           {AnnounceFault::too_many, fmt::format("at most {} addresses at once", kMaxAddressesPerSubscriber)});
    return nullptr;
  }
  ++addresses;
  auto& client = clients_[receiver];
  client.subscriber = subscriber.id;
  AgentFacts facts;
  facts.key = receiver;
  facts.connection = 1;
  facts.name = subscriber.name;
  facts.address = address;
  facts.transfer_port = port;
  facts.stock = true;
  desk_.drive([&](Coordinator& coordinator, TimeMs now) { return coordinator.agent_connected(facts, now); });
  WAYBILL_INFO("announce", "stock client arrived subscriber={} address={} receiver={}", subscriber.name, address.str(),
               receiver.brief());
  return &client;
}

// A first announce, or one without a source, asks the coordinator anew; the others tell how far it is.
void AnnounceService::want(const Subscriber& subscriber, const Content& content, const Announce& said,
                           const IpAddress& address, const net::Respond& respond) {
  auto* client = admit(subscriber, address, said.port, respond);
  if (!client) return;
  const auto receiver = stock_receiver(subscriber.id, address);
  const auto [place, fresh] = client->wanted.try_emplace(content.id);
  auto& wanted = place->second;
  if (fresh) {
    ++wanting_[content.id];
    wanted.began = clock_.now();
  }
  wanted.heard = clock_.monotonic();
  const Waiting waiting{respond, said.compact, said.numwant, clock_.monotonic()};
  const auto held = pieces_held(content, said.left);
  const auto id = content.id;
  if (!wanted.sources.empty() && said.event != Announce::Event::started) {
    desk_.drive([&](Coordinator& coordinator, TimeMs now) {
      return coordinator.progress(receiver, {id, held, {}}, now);
    });
    const auto still = clients_.find(receiver);
    if (still == clients_.end() || !still->second.wanted.contains(id)) {
      return reply(respond, encode_failure("this content is not handed out to you at the moment"));
    }
    return answer(still->second.wanted.at(id), id, waiting);
  }
  wanted.waiting.push_back(waiting);
  if (wanted.waiting.size() > 1) return;  // the coordinator was asked already
  desk_.drive([&](Coordinator& coordinator, TimeMs now) { return coordinator.want(receiver, {id, held, false}, now); });
}

void AnnounceService::hear(const AgentKey& receiver, const protocol::ControlMessage& message) {
  const auto client = clients_.find(receiver);
  if (client == clients_.end()) return;
  if (const auto* sources = std::get_if<protocol::Sources>(&message)) {
    const auto wanted = client->second.wanted.find(sources->content);
    if (wanted == client->second.wanted.end()) return;
    for (const auto& source : sources->orders) {
      const auto order = protocol::read_order_unverified(source.order);  // our own
      if (order) wanted->second.sources[order->id] = source.source;
    }
    answer_all(wanted->second, sources->content);
  } else if (const auto* revoke = std::get_if<protocol::Revoke>(&message)) {
    for (auto& [content, wanted] : client->second.wanted) wanted.sources.erase(revoke->order);
  } else if (const auto* refused = std::get_if<protocol::Refused>(&message); refused && refused->content) {
    const auto wanted = client->second.wanted.find(*refused->content);
    if (wanted == client->second.wanted.end()) return;
    if (refused->reason == protocol::Refusal::no_source) return answer_all(wanted->second, *refused->content);
    fail_all(wanted->second, refused->message);
  }
}

void AnnounceService::answer(const Wanted& wanted, const ContentId& content, const Waiting& waiting) const {
  AnnounceAnswer answer;
  answer.compact = waiting.compact;
  for (const auto& [order, source] : wanted.sources) {
    const bool there = std::find(answer.sources.begin(), answer.sources.end(), source) != answer.sources.end();
    if (!there && answer.sources.size() < static_cast<std::size_t>(waiting.numwant)) answer.sources.push_back(source);
  }
  if (wanted.sources.empty()) answer.interval = kAskAgainInterval;
  answer.complete = static_cast<std::int64_t>(desk_.coordinator().holders(content));
  answer.incomplete = wanting(content);
  reply(waiting.respond, encode_answer(answer));
}

void AnnounceService::answer_all(Wanted& wanted, const ContentId& content) {
  for (const auto& waiting : std::exchange(wanted.waiting, {})) answer(wanted, content, waiting);
}

void AnnounceService::fail_all(Wanted& wanted, const std::string& reason) {
  for (const auto& waiting : std::exchange(wanted.waiting, {})) {
    ++refusals_[static_cast<std::size_t>(AnnounceFault::refused)].count;
    reply(waiting.respond, encode_failure(reason));
  }
}

std::int64_t AnnounceService::wanting(const ContentId& content) const {
  const auto found = wanting_.find(content);
  return found == wanting_.end() ? 0 : found->second;
}

void AnnounceService::forget(const AgentKey& receiver, const ContentId& content) {
  const auto client = clients_.find(receiver);
  if (client == clients_.end()) return;
  const auto wanted = client->second.wanted.find(content);
  if (wanted == client->second.wanted.end()) return;
  fail_all(wanted->second, "the download has ended");
  client->second.wanted.erase(wanted);
  if (--wanting_[content] <= 0) wanting_.erase(content);
  desk_.drive([&](Coordinator& coordinator, TimeMs now) { return coordinator.done(receiver, content, now); });
  const auto left = clients_.find(receiver);
  if (left != clients_.end() && left->second.wanted.empty()) let_go(left);
}

void AnnounceService::let_go(Clients::iterator client) {
  const auto receiver = client->first;
  auto gone = std::move(client->second);
  clients_.erase(client);
  for (auto& [content, wanted] : gone.wanted) {
    fail_all(wanted, "this key is not known here, or not any more");
    if (--wanting_[content] <= 0) wanting_.erase(content);
  }
  if (--addresses_[gone.subscriber] == 0) addresses_.erase(gone.subscriber);
  desk_.drive([&](Coordinator& coordinator, TimeMs now) { return coordinator.agent_gone(receiver, 1, now); });
}

void AnnounceService::registry_changed() {
  std::vector<AgentKey> revoked;
  std::vector<std::int64_t> in_force;
  for (const auto& [hash, subscriber] : desk_.registry().subscribers) in_force.push_back(subscriber.id);
  std::sort(in_force.begin(), in_force.end());
  for (const auto& [receiver, client] : clients_) {
    if (!std::binary_search(in_force.begin(), in_force.end(), client.subscriber)) revoked.push_back(receiver);
  }
  for (const auto& receiver : revoked) let_go(clients_.find(receiver));
}

void AnnounceService::scrape(const net::HttpRequest& request, const net::Respond& respond) const {
  const auto asked = parse_scrape(query_of(request.target));
  if (!asked) return reply(respond, encode_failure(asked.error().message));
  std::vector<ScrapedContent> contents;
  for (const auto& twin : *asked) {
    const auto* content = content_of(twin);
    if (!content) continue;
    const auto completed = completed_.find(content->id);
    contents.push_back({twin, static_cast<std::int64_t>(desk_.coordinator().holders(content->id)),
                        completed == completed_.end() ? 0 : completed->second, wanting(content->id)});
  }
  reply(respond, encode_scrape(contents));
}

// /torrent/KEY/CONTENT.torrent
void AnnounceService::torrent(const Subscriber& subscriber, const net::HttpRequest& request,
                              const net::Respond& respond) {
  const auto path = request.path();
  const auto tail = behind(path, kSubscribedPath);
  const auto slash = tail.find('/');
  const auto key = std::string(tail.substr(0, slash));
  auto name = slash == std::string_view::npos ? std::string_view{} : tail.substr(slash + 1);
  if (name.ends_with(".torrent")) name.remove_suffix(8);
  const auto id = ContentId::from_hex(name);
  const auto& contents = desk_.registry().contents;
  const auto content = id ? contents.find(*id) : contents.end();
  if (content == contents.end() || content->second.removed) {
    return respond(net::text_response(404, "There is no such content here.\n"));
  }
  WAYBILL_INFO("announce", "torrent fetched subscriber={} content={}", subscriber.name, id->brief());
  const auto url = announce_url_ + kAnnouncePath + key;
  const auto asked = bridge_.ask(
      [id = *id, url](Store& store) -> Result<ByteString> {
        auto twin = store.stock_clients().twin_of(id);
        if (!twin) return tl::make_unexpected(twin.error());
        if (!*twin) return waybill::refuse("it has no v1 torrent yet");
        const auto seeds = store.stock_clients().web_seeds(id);
        if (!seeds) return tl::make_unexpected(seeds.error());
        return with_announce(**twin, url, *seeds);
      },
      [respond](Result<ByteString> torrent) {
        if (!torrent) return respond(net::text_response(404, "There is no such torrent here.\n"));
        respond({200, {{"content-type", "application/x-bittorrent"}}, std::move(*torrent)});
      });
  if (!asked) respond(net::text_response(503, "Try again later.\n"));
}

void AnnounceService::tick() {
  const auto now = clock_.monotonic();
  std::vector<std::pair<AgentKey, ContentId>> silent;
  for (auto& [receiver, client] : clients_) {
    for (auto& [content, wanted] : client.wanted) {
      const bool late = !wanted.waiting.empty() && now - wanted.waiting.front().since >= kAnnouncePatience;
      if (late) answer_all(wanted, content);
      if (now - wanted.heard >= kSilence) silent.emplace_back(receiver, content);
    }
  }
  for (const auto& [receiver, content] : silent) forget(receiver, content);
  tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

}  // namespace waybill::tracker
