#include <algorithm>

#include "agent/transfer/dialer_libtorrent.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/session_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"

namespace waybill::transfer {

void Dialer::dial(const std::shared_ptr<Content>& content, const Endpoint& to, Way way) {
  const auto same = [&](const Call& call) { return call.to == to && call.content.lock() == content; };
  for (const auto* calls : {&waiting_ordinary_, &waiting_nats_, &asked_}) {
    if (std::any_of(calls->begin(), calls->end(), same)) return;
  }
  const bool now = way == Way::ordinary && way_ == Way::ordinary && waiting_nats_.empty();
  Call call{content, to, {}};
  if (now) return ask(std::move(call));
  (way == Way::ordinary ? waiting_ordinary_ : waiting_nats_).push_back(std::move(call));
  tick();
}

void Dialer::ask(Call call) {
  const auto content = call.content.lock();
  if (!content || !content->handle.is_valid()) return;
  call.asked = core_.monotonic();
  // Named as found by a tracker, so that libtorrent forgives the endpoint its last failure.
  content->handle.connect_peer(from_endpoint(call.to), lt::peer_info::tracker, lt::pex_lt_v2 | lt::pex_utp);
  asked_.push_back(std::move(call));
}

void Dialer::connecting(const Content& content, const Endpoint& to) {
  std::erase_if(asked_, [&](const Call& call) { return call.to == to && call.content.lock().get() == &content; });
}

void Dialer::change_to(Way way) {
  way_ = way;
  core_.session().apply_settings(dialing_settings(core_.options(), way == Way::through_nats));
}

void Dialer::tick() {
  const auto now = core_.monotonic();
  std::erase_if(asked_, [&](const Call& call) { return now - call.asked >= kDialPatience; });
  if (!asked_.empty()) return;
  const auto next = !waiting_nats_.empty() && way_ == Way::ordinary ? Way::through_nats : Way::ordinary;
  if (next != way_) change_to(next);
  auto calls = std::exchange(way_ == Way::ordinary ? waiting_ordinary_ : waiting_nats_, {});
  for (auto& call : calls) ask(std::move(call));
}

}  // namespace waybill::transfer
