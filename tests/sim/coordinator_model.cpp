#include "coordinator_model.h"

#include <algorithm>

namespace waybill::tracker::sim {
namespace {

constexpr TimeMs kStart{1'794'052'800'000 + 5 * 3'600'000 + 50 * 60'000};  // 2026-11-07T17:50Z
constexpr int kIsps = 5;
constexpr int kClients = 24;
constexpr int kCdnNodes = 2;
constexpr int kContents = 4;
constexpr std::int64_t kPiece = 1 << 20;
constexpr int kZoneHours[kIsps + 1] = {0, 0, 2, -5, 1, 0};  // of each ISP, from UTC

template <typename Id>
Id made(std::uint64_t number, unsigned char kind) {
  Id id;
  for (int i = 0; i < 8; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(number >> (8 * i));
  id.bytes.back() = kind;
  return id;
}

std::string zone_name(int isp) {  // POSIX signs: Etc/GMT-2 is two hours east
  const int hours_east = kZoneHours[isp];
  return hours_east == 0 ? "UTC"
                         : "Etc/GMT" + std::string(hours_east > 0 ? "-" : "+") + std::to_string(std::abs(hours_east));
}

CoordinatorOptions options_with(std::uint64_t& counter) {
  CoordinatorOptions options;
  options.order_life = minutes(3);
  options.new_order_id = [&counter] { return made<OrderId>(++counter, 3); };
  return options;
}

}  // namespace

Model::Model(std::uint64_t seed, bool with_policies)
    : random_(seed),
      now_(kStart),
      with_policies_(with_policies),
      coordinator_(options_with(next_order_), runtime::Random(seed + 1)) {
  setup();
}

void Model::setup() {
  for (int isp = 1; isp <= kIsps; ++isp) {
    tables_.isps.push_back({IspId{isp}, "SP" + std::to_string(isp), {}, zone_name(isp), {}});
    tables_.agreements.push_back({AgreementId{isp}, IspId{isp}, TimeMs{}, std::nullopt, {}, {}});
  }
  const auto grant = [&](int isp) -> Grant& { return tables_.agreements[static_cast<std::size_t>(isp - 1)].grant; };
  grant(1).kind = GrantKind::always;
  grant(2) = {GrantKind::hours, 20 * 60, 22 * 60, {}, QuotaPeriod::month};
  grant(4) = {GrantKind::always, 0, 0, {200 * kPiece}, QuotaPeriod::day};
  grant(5) = {GrantKind::always, 0, 0, {30 * kPiece}, QuotaPeriod::day};
  for (int i = 0; i < kContents; ++i) {
    const std::int64_t pieces = 10 + 25 * i;
    tables_.contents.push_back({made<ContentId>(static_cast<std::uint64_t>(i), 2),
                                "owner",
                                "film",
                                ContentClass::file,
                                {pieces * kPiece - 77},
                                {kPiece},
                                pieces,
                                {},
                                {},
                                std::nullopt});
  }
  change_registry();
  for (int i = 0; i < kClients + kCdnNodes; ++i) {
    ModelAgent agent;
    agent.key = made<AgentKey>(static_cast<std::uint64_t>(i + 1), 1);
    agent.cdn = i >= kClients;
    agent.address =
        IpAddress::from_v4(0x0a000000u + static_cast<unsigned>((i % (kIsps + 1)) << 16) + static_cast<unsigned>(i));
    agent.sharing = {true, {}, static_cast<int>(1 + random_.below(4))};
    for (const auto& item : tables_.contents) {
      if (agent.cdn) agent.pieces[item.id] = item.pieces;
    }
    agents_.push_back(agent);
  }
  for (auto& agent : agents_) by_key_[agent.key] = &agent;
  for (auto& agent : agents_) connect(agent);
}

int Model::isp_of(const IpAddress& address) const { return static_cast<int>(tables_.isp_of(address).value); }

const Content& Model::content(const ContentId& id) const {
  return *std::find_if(tables_.contents.begin(), tables_.contents.end(), [&](const Content& c) { return c.id == id; });
}

void Model::perform(const IssueOrder& issue) {
  ++issued;
  if (orders_.contains(issue.order.id)) fault_ = "an order id is used twice";
  ModelOrder order;
  order.issue = issue;
  order.last_bytes = now_;
  orders_[issue.order.id] = order;
}

void Model::perform(Actions actions) {
  for (const auto& action : actions) {
    if (const auto* issue = std::get_if<IssueOrder>(&action)) perform(*issue);
    if (const auto* revoke = std::get_if<RevokeOrder>(&action)) {
      ++revoked_by_reason[static_cast<int>(revoke->reason)];
      const auto found = orders_.find(revoke->order);
      if (found == orders_.end()) {
        fault_ = "an order is revoked that was never issued";
      } else {
        close(found->second);
      }
    }
    if (const auto* refusal = std::get_if<RefuseWant>(&action)) wants_.erase({refusal->receiver, refusal->content});
  }
}

void Model::close(ModelOrder& order) {
  order.live = false;
  // Blocks under way still arrive and are acknowledged; a sender without a channel even hears of the end later.
  const auto limit = order.issue.order.byte_limit.value;
  if (coin(30) && now_ < order.issue.order.not_after) {
    // A sender that keeps its window is what capacity policies count on; quotas do not.
    const auto more = with_policies_ ? std::min(limit, order.told + order.issue.order.ack_window.value) : limit;
    if (more <= order.acked) return;
    order.acked += static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(more - order.acked + 1)));
    order.last_bytes = now_;
  }
}

void Model::transfer(ModelOrder& order) {
  const auto& terms = order.issue.order;
  order.moved = 0;
  auto want = wants_.find({terms.receiver, terms.content});
  if (!order.live || want == wants_.end() || now_ >= terms.not_after) return;
  const auto pair = terms.sender.bytes[0] * 31u + terms.receiver.bytes[0];
  if (pair % 7 == 0 && !order.issue.cdn_node) return;  // these two never reach each other
  auto bytes = static_cast<std::int64_t>(random_.below(300'000)) + (order.issue.cdn_node ? 100'000 : 0);
  if (terms.rate_limit.value > 0) bytes = std::min(bytes, terms.rate_limit.value);
  const auto missing = content(terms.content).size.value - want->second.bytes;
  bytes = std::min({bytes, missing, terms.byte_limit.value - order.acked});
  if (bytes <= 0) return;
  order.acked += bytes;
  order.last_bytes = now_;
  order.moved = bytes;
  want->second.bytes += bytes;
}

void Model::report(ModelAgent& agent) {
  std::vector<ContentId> mine;
  for (const auto& [key, want] : wants_) {
    if (key.first == agent.key) mine.push_back(key.second);
  }
  for (const auto& id : mine) {
    const auto& item = content(id);
    const auto& want = wants_.at({agent.key, id});
    const bool whole = want.bytes >= item.size.value;
    const auto pieces = whole ? item.pieces : want.bytes / kPiece;
    if (pieces > 0 && agent.pieces[id] != pieces) {
      agent.pieces[id] = pieces;
      perform(coordinator_.library_update(agent.key, {id, pieces, item.pieces}, now_));
    }
    protocol::Progress progress{id, pieces, {}};
    for (auto& [order_id, order] : orders_) {
      if (!order.live || order.issue.order.receiver != agent.key || order.issue.order.content != id) continue;
      order.told = order.acked;
      const bool moving = order.last_bytes == now_ && order.acked > 0;
      progress.orders.push_back(
          {order_id, {order.acked}, {moving ? std::max<std::int64_t>(100'000, order.moved) : 0}, moving});
    }
    if (whole) {
      ++wants_done;
      wants_.erase({agent.key, id});
      perform(coordinator_.done(agent.key, id, now_));
    } else {
      perform(coordinator_.progress(agent.key, progress, now_));
    }
  }
}

void Model::send_receipts(ModelAgent& agent) {
  for (auto& [id, order] : orders_) {
    if (order.issue.order.sender != agent.key || order.receipted == order.acked) continue;
    const auto added = order.acked - order.receipted;
    const auto agreement = order.issue.order.agreement;
    order.receipted = order.acked;
    if (!order.issue.cdn_node) {
      const auto isp = static_cast<int>(order.issue.sender_isp.value);
      billed_[{agreement.value, day_start(isp, order.last_bytes).value}] += added;
      billed_total += added;
    }
    if (with_policies_) count_policies(order, added);
    coordinator_.receipt_recorded(with_path(order, {id, agreement, {order.acked}, {added}, order.last_bytes}));
  }
}

void Model::step() {
  const auto pause = coin(1) ? DurationMs{static_cast<std::int64_t>(random_.below(with_policies_ ? 100'000 : 240'000))}
                             // the machine slept
                             : DurationMs{static_cast<std::int64_t>(1 + random_.below(1000))};
  now_ = now_ + pause;
  std::erase_if(orders_, [&](const auto& item) {  // long over, its receipts delivered
    return item.second.receipted == item.second.acked && now_ - item.second.issue.order.not_after > minutes(30);
  });
  for (auto& [id, order] : orders_) {
    if (now_ >= order.issue.order.not_after) order.live = false;  // both ends see to it
  }
  perform(coordinator_.tick(now_));
  for (auto& [id, order] : orders_) transfer(order);
  for (auto& agent : agents_) {
    if (!agent.online) continue;
    if (!agent.frozen) report(agent);
    // An outbox empties within a minute of its connection; under policies within ten seconds.
    const auto patience = with_policies_ ? seconds(8) : seconds(50);
    if (coin(10) || now_ - agent.connected_since > patience) send_receipts(agent);
  }
  random_event();
}

TimeMs Model::day_start(int isp, TimeMs at) const {
  const auto shift = kZoneHours[isp] * std::int64_t{3'600'000};
  constexpr std::int64_t kDay = 86'400'000;
  return {(at.value + shift) / kDay * kDay - shift};
}

}  // namespace waybill::tracker::sim
