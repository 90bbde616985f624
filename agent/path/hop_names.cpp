#include "agent/path/hop_names.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include "common/runtime/worker_thread.h"

namespace waybill::agent {

using protocol::Hop;
using protocol::HopSide;

struct HopNames::State {
  State(runtime::EventLoop& owning_loop, const runtime::Clock& a_clock, HostNameLookUp a_look_up)
      : loop(owning_loop), clock(a_clock), look_up(std::move(a_look_up)) {}

  struct Answer {
    std::string name;  // empty: it has none, or nobody answered
    DurationMs due;    // monotonic: when to ask again
  };

  void keep(const IpAddress& address, Result<std::string> answer) {
    asked.erase(address);
    if (known.size() >= kMaxNamesKept && !known.contains(address)) {
      known.erase(std::min_element(known.begin(), known.end(),
                                   [](const auto& a, const auto& b) { return a.second.due < b.second.due; }));
    }
    auto& entry = known[address];
    entry.due = clock.monotonic() + (answer ? kNameLifetime : kNameRetry);
    // A name server that is away for a while does not make a known name wrong.
    if (answer) entry.name = std::move(*answer);
  }

  bool should_ask(const Hop& hop) const {
    if (!hop.address || hop.side != HopSide::network || asked.contains(*hop.address)) return false;
    const auto found = known.find(*hop.address);
    return found == known.end() || clock.monotonic() >= found->second.due;
  }

  runtime::EventLoop& loop;
  const runtime::Clock& clock;
  const HostNameLookUp look_up;
  std::map<IpAddress, Answer> known;
  std::set<IpAddress> asked;
  std::atomic<bool> stopping{false};
  std::unique_ptr<runtime::WorkerThread> worker = std::make_unique<runtime::WorkerThread>("hop-names", kMaxNamesAsked);
};

HopNames::HopNames(runtime::EventLoop& loop, const runtime::Clock& clock, HostNameLookUp look_up)
    : state_(std::make_shared<State>(loop, clock, std::move(look_up))) {}

HopNames::~HopNames() {
  state_->loop.assert_owner();
  state_->stopping = true;
  state_->worker.reset();
}

void HopNames::learn(const protocol::Path& path) {
  state_->loop.assert_owner();
  for (const auto& hop : path.hops) {
    if (!state_->should_ask(hop)) continue;
    const auto address = *hop.address;
    // The destructor joins the worker before the state goes, so the raw pointer is good for as long as the task runs.
    auto task = [state = state_.get(), weak = std::weak_ptr(state_), address] {
      if (state->stopping) return;
      auto answer = state->look_up(address);
      state->loop.post([weak, address, answer = std::move(answer)]() mutable {
        if (const auto alive = weak.lock()) alive->keep(address, std::move(answer));
      });
    };
    // A full queue is no loss: the name is asked for again with the next path that needs it.
    if (!state_->worker->post(std::move(task))) return;
    state_->asked.insert(address);
  }
}

std::size_t HopNames::pending() const {
  state_->loop.assert_owner();
  return state_->asked.size();
}

void HopNames::fill(protocol::Path& path) const {
  state_->loop.assert_owner();
  for (auto& hop : path.hops) {
    if (!hop.address || hop.side != HopSide::network) continue;
    const auto found = state_->known.find(*hop.address);
    if (found != state_->known.end()) hop.name = found->second.name;
  }
}

}  // namespace waybill::agent
