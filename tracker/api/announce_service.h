#pragma once
// Stock BitTorrent clients at the tracker: their announces become requests at the coordinator, and the sources that it
// orders to serve their address are the answer. A client stands for its subscriber at one address. Owned by the loop.
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/net/http_server.h"
#include "tracker/access/rate_limit.h"
#include "tracker/announce/announce_answer.h"
#include "tracker/announce/announce_request.h"
#include "tracker/api/control_desk.h"
#include "tracker/api/store_bridge.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxStockClients = 50'000;
inline constexpr std::size_t kMaxAddressesPerSubscriber = 16;
// Of one subscriber: so many announces and scrapes at once, and one more each pause. A client with sixteen contents
// starts and ends them within that.
inline constexpr int kAnnounceBurst = 64;
inline constexpr DurationMs kAnnouncePause = seconds(2);
// How long an answer waits for its orders to be signed and stored.
inline constexpr DurationMs kAnnouncePatience = seconds(5);

struct AnnounceRefusals {
  std::int64_t count = 0;
  std::string first;  // the first of its kind: where from, and why
};

class AnnounceService {
 public:
  AnnounceService(runtime::EventLoop& loop, const runtime::Clock& clock, StoreBridge& bridge, ControlDesk& desk,
                  std::string announce_url);
  ~AnnounceService();

  void handle(const net::HttpRequest& request, net::Respond respond);
  void registry_changed();  // revoked subscribers are let go
  const std::array<AnnounceRefusals, kAnnounceFaults>& refusals() const { return refusals_; }

 private:
  struct Waiting {
    net::Respond respond;
    bool compact = true;
    int numwant = 0;
    DurationMs since{};
  };
  struct Wanted {
    std::map<OrderId, Endpoint> sources;
    std::vector<Waiting> waiting;
    DurationMs heard{};
    TimeMs began{};  // when it was first heard to want it
  };
  struct Client {
    std::int64_t subscriber = 0;
    std::map<ContentId, Wanted> wanted;
  };
  using Clients = std::unordered_map<AgentKey, Client>;

  void announce(const Subscriber& subscriber, const net::HttpRequest& request, const net::Respond& respond);
  void want(const Subscriber& subscriber, const Content& content, const Announce& said, const IpAddress& address,
            const net::Respond& respond);
  void scrape(const net::HttpRequest& request, const net::Respond& respond) const;
  void torrent(const Subscriber& subscriber, const net::HttpRequest& request, const net::Respond& respond);
  Client* admit(const Subscriber& subscriber, const IpAddress& address, std::uint16_t port,
                const net::Respond& respond);
  const Content* content_of(const TwinHash& twin) const;  // null: none that is handed out

  std::optional<StoredDelivery> delivery_of(const AgentKey& receiver, const Content& content,
                                            const IpAddress& address) const;
  void record_delivery(const StoredDelivery& delivery, ByteString answer, const net::Respond& respond);

  void hear(const AgentKey& receiver, const protocol::ControlMessage& message);
  void answer(const Wanted& wanted, const ContentId& content, const Waiting& waiting) const;
  void answer_all(Wanted& wanted, const ContentId& content);
  void fail_all(Wanted& wanted, const std::string& reason);
  void forget(const AgentKey& receiver, const ContentId& content);
  void let_go(Clients::iterator client);
  void refuse(const net::HttpRequest& request, const net::Respond& respond, const AnnounceRefusal& refusal);
  std::int64_t wanting(const ContentId& content) const;
  void tick();

  runtime::EventLoop& loop_;
  const runtime::Clock& clock_;
  StoreBridge& bridge_;
  ControlDesk& desk_;
  const std::string announce_url_;
  Clients clients_;
  std::unordered_map<std::int64_t, std::size_t> addresses_;  // of each subscriber
  std::unordered_map<ContentId, std::int64_t> wanting_;      // clients
  std::unordered_map<ContentId, std::int64_t> completed_;    // since the start; one for each published content
  RateLimit limit_{kAnnounceBurst, kAnnouncePause, 100'000};
  std::array<AnnounceRefusals, kAnnounceFaults> refusals_;
  runtime::Timer tick_timer_;
};

}  // namespace waybill::tracker
