#include "agent/path/path_tracer.h"

#include <map>
#include <set>
#include <vector>

#include "agent/path/hop_names.h"
#include "agent/path/path_cache.h"
#include "agent/path/trace_run.h"
#include "common/runtime/log.h"
#include "common/runtime/worker_thread.h"

namespace waybill::agent {

using protocol::Path;

namespace {

using Done = std::function<void(Path)>;

constexpr std::size_t kMaxFaultsRemembered = 32;

// Link-local addresses need an interface, which a path does not carry; multicast has no one path.
bool can_be_traced(const IpAddress& destination) {
  static const IpPrefix kUntraceable[] = {IpPrefix::parse("169.254.0.0/16").value(),
                                          IpPrefix::parse("224.0.0.0/4").value(),
                                          IpPrefix::parse("240.0.0.0/4").value(), IpPrefix::parse("fe80::/10").value(),
                                          IpPrefix::parse("ff00::/8").value()};
  if (destination.is_unspecified()) return false;
  for (const auto& prefix : kUntraceable) {
    if (prefix.contains(destination)) return false;
  }
  return true;
}

}  // namespace

struct PathTracer::State : std::enable_shared_from_this<State> {
  State(runtime::EventLoop& owning_loop, const runtime::Clock& a_clock, PathTracerOptions an_options)
      : loop(owning_loop),
        clock(a_clock),
        options(std::move(an_options)),
        cache(options.cache_lifetime, options.cache_limit),
        budget(options.traces_per_minute),
        names(loop, clock, options.look_up ? options.look_up : look_up_host_name),
        worker(std::make_unique<runtime::WorkerThread>("path-tracer", options.queue_limit)) {
    if (options.trace) return;
    options.trace = [this](const IpAddress& source, const IpAddress& destination, const std::atomic<bool>& stop,
                           const std::function<void(Path)>& meanwhile) {
      return run_trace(source, destination, clock, stop, meanwhile);
    };
  }

  Path last_known(const PathKey& key) {
    Path path;
    path.source = key.source;
    path.destination = key.destination;
    if (const auto* known = cache.any(key)) path = *known;
    names.learn(path);
    names.fill(path);
    return path;
  }

  void answer_later(const PathKey& key, Done done) {
    loop.post([weak = weak_from_this(), key, done = std::move(done)] {
      if (const auto alive = weak.lock()) done(alive->last_known(key));
    });
  }

  // Whether a trace of this pair is on its way after the call.
  bool start(const PathKey& key) {
    if (!can_be_traced(key.destination) || !budget.take(clock.monotonic())) return false;
    // The tracer's destructor joins the worker before the state goes.
    auto task = [state = this, weak = weak_from_this(), key] {
      if (state->stopping) return;
      const auto meanwhile = [state, weak, key](Path path) {
        state->loop.post([weak, key, path = std::move(path)]() mutable {
          if (const auto alive = weak.lock()) alive->cache.put(key, std::move(path), alive->clock.monotonic());
        });
      };
      auto result = state->options.trace(key.source, key.destination, state->stopping, meanwhile);
      state->loop.post([weak, key, result = std::move(result)]() mutable {
        if (const auto alive = weak.lock()) alive->finish(key, std::move(result));
      });
    };
    return worker->post(std::move(task)).has_value();
  }

  void finish(const PathKey& key, Result<Path> result) {
    if (result) {
      cache.put(key, std::move(*result), clock.monotonic());
    } else {
      warn_once(result.error().message, key.destination);
    }
    const auto callbacks = waiting.extract(key);
    if (callbacks.empty()) return;
    const auto path = last_known(key);
    for (const auto& done : callbacks.mapped()) done(path);
  }

  // The same fault comes back with every trace; once in the log is enough.
  void warn_once(const std::string& fault, const IpAddress& destination) {
    if (faults.size() >= kMaxFaultsRemembered || !faults.insert(fault).second) return;
    WAYBILL_WARN("path", "no path can be measured: {}; receipts go without one destination={}", fault,
                 destination.str());
  }

  runtime::EventLoop& loop;
  const runtime::Clock& clock;
  PathTracerOptions options;
  PathCache cache;
  TraceBudget budget;
  HopNames names;
  std::map<PathKey, std::vector<Done>> waiting;  // one entry for each trace that is queued or under way
  std::set<std::string> faults;
  std::atomic<bool> stopping{false};
  std::unique_ptr<runtime::WorkerThread> worker;
};

PathTracer::PathTracer(runtime::EventLoop& loop, const runtime::Clock& clock, PathTracerOptions options)
    : state_(std::make_shared<State>(loop, clock, std::move(options))) {}

PathTracer::~PathTracer() {
  state_->loop.assert_owner();
  state_->stopping = true;
  state_->worker.reset();
}

void PathTracer::trace(const IpAddress& source, const IpAddress& destination, Done done) {
  auto& state = *state_;
  state.loop.assert_owner();
  const PathKey key{source, destination};
  const auto running = state.waiting.find(key);
  if (running != state.waiting.end() && running->second.size() < state.options.waiting_limit) {
    running->second.push_back(std::move(done));
    return;
  }
  const bool fresh = state.cache.fresh(key, state.clock.monotonic()) != nullptr;
  if (fresh || running != state.waiting.end() || !state.start(key)) {
    state.answer_later(key, std::move(done));
    return;
  }
  state.waiting[key].push_back(std::move(done));
}

std::optional<Path> PathTracer::latest(const IpAddress& source, const IpAddress& destination) const {
  state_->loop.assert_owner();
  const PathKey key{source, destination};
  if (state_->cache.any(key) == nullptr) return std::nullopt;
  return state_->last_known(key);
}

}  // namespace waybill::agent
