#include "agent/path/path_tracer.h"

#include <condition_variable>
#include <mutex>

#include <doctest/doctest.h>

#include "agent/path/hop_names.h"

namespace waybill::agent {
namespace {

using protocol::Hop;
using protocol::HopSide;
using protocol::Path;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
const IpAddress kSource = ip("198.18.1.100");
const IpAddress kDestination = ip("198.18.2.100");

// Runs the loop until `done` holds; asks again after every step of 5 ms, gives up after 30 s.
class Loop {
 public:
  runtime::EventLoop loop{"test"};

  template <typename Condition>
  void run_until(Condition done) {
    int steps_left = 6000;
    runtime::Timer timer;
    std::function<void()> step = [&] {
      if (done() || --steps_left == 0) return loop.stop();
      timer = loop.after({5}, step);
    };
    loop.post(step);
    loop.run();
    REQUIRE(steps_left > 0);
  }
};

// A trace function that counts, can be held back, and can fail.
struct Traces {
  std::mutex mutex;
  std::condition_variable released;
  bool held = false;
  bool tells_meanwhile = false;
  int run = 0;
  std::string fault;
  Hop hop{1, ip("198.18.1.1"), 500, HopSide::network, ""};

  TraceFunction function() {
    return [this](const IpAddress& source, const IpAddress& destination, const std::atomic<bool>& stop,
                  const std::function<void(Path)>& meanwhile) -> Result<Path> {
      std::unique_lock lock(mutex);
      ++run;
      if (tells_meanwhile) meanwhile({protocol::PathMethod::trace, source, destination, TimeMs{run}, false, {}});
      while (held && !stop) released.wait_for(lock, std::chrono::milliseconds(5));
      if (!fault.empty()) return fail(fault);
      return Path{protocol::PathMethod::trace, source, destination, TimeMs{run}, false, {hop}};
    };
  }
  void hold() {
    const std::lock_guard lock(mutex);
    held = true;
  }
  void release() {
    const std::lock_guard lock(mutex);
    held = false;
    released.notify_all();
  }
  int count() {
    const std::lock_guard lock(mutex);
    return run;
  }
};

struct Fixture : Loop {
  runtime::ManualClock clock{TimeMs{1'000'000}};
  Traces traces;
  std::vector<Path> answers;

  PathTracerOptions options() {
    PathTracerOptions made;
    made.trace = traces.function();
    made.look_up = [](const IpAddress&) { return Result<std::string>(""); };
    return made;
  }
  std::function<void(Path)> keep() {
    return [this](Path path) { answers.push_back(std::move(path)); };
  }
  void wait_for(std::size_t count) {
    run_until([&] { return answers.size() >= count; });
    CHECK(answers.size() == count);
  }
};

TEST_CASE_FIXTURE(Fixture, "a path is measured once and then comes from the cache until it is old") {
  PathTracer tracer(loop, clock, options());
  CHECK_FALSE(tracer.latest(kSource, kDestination));
  tracer.trace(kSource, kDestination, keep());
  CHECK(answers.empty());  // never called from inside trace()
  wait_for(1);
  CHECK(answers[0].method == protocol::PathMethod::trace);
  CHECK(tracer.latest(kSource, kDestination)->hops.size() == 1);
  tracer.trace(kSource, kDestination, keep());
  CHECK(answers.size() == 1);
  wait_for(2);
  CHECK(traces.count() == 1);
  clock.advance(minutes(10));
  tracer.trace(kSource, kDestination, keep());
  wait_for(3);
  CHECK(traces.count() == 2);
  CHECK(answers[2].probed_at == TimeMs{2});
}

TEST_CASE_FIXTURE(Fixture, "all who ask for one destination share one trace") {
  PathTracer tracer(loop, clock, options());
  traces.hold();
  for (int i = 0; i < 5; ++i) tracer.trace(kSource, kDestination, keep());
  tracer.trace(kSource, ip("198.18.3.100"), keep());
  run_until([&] { return traces.count() == 1; });
  CHECK(answers.empty());
  traces.release();
  wait_for(6);
  CHECK(traces.count() == 2);
}

TEST_CASE_FIXTURE(Fixture, "what is known of a trace that goes on is there for a receipt") {
  PathTracer tracer(loop, clock, options());
  traces.tells_meanwhile = true;
  traces.hold();
  tracer.trace(kSource, kDestination, keep());
  run_until([&] { return tracer.latest(kSource, kDestination).has_value(); });
  CHECK(tracer.latest(kSource, kDestination)->hops.empty());
  CHECK(answers.empty());
  tracer.trace(kSource, kDestination, keep());  // shares the trace, though there is a fresh path
  traces.release();
  wait_for(2);
  for (const auto& answer : answers) CHECK(answer.hops.size() == 1);
  CHECK(tracer.latest(kSource, kDestination)->hops.size() == 1);
  CHECK(traces.count() == 1);
}

TEST_CASE_FIXTURE(Fixture, "beyond the budget there is the last path known, or none") {
  auto limited = options();
  limited.traces_per_minute = 1;
  PathTracer tracer(loop, clock, std::move(limited));
  tracer.trace(kSource, kDestination, keep());
  wait_for(1);
  tracer.trace(kSource, ip("198.18.3.100"), keep());
  wait_for(2);
  CHECK(answers[1].method == protocol::PathMethod::none);
  CHECK(answers[1].destination == ip("198.18.3.100"));
  CHECK(answers[1].hops.empty());
  CHECK(traces.count() == 1);
  clock.advance(minutes(10));
  tracer.trace(kSource, ip("198.18.3.100"), keep());  // spends the token
  tracer.trace(kSource, kDestination, keep());        // old, but better than nothing
  wait_for(4);
  CHECK(traces.count() == 2);
  for (std::size_t i : {2u, 3u}) CHECK(answers[i].method == protocol::PathMethod::trace);
}

TEST_CASE_FIXTURE(Fixture, "the queue and the callbacks of one trace are bounded") {
  auto limited = options();
  limited.queue_limit = 2;
  limited.waiting_limit = 3;
  PathTracer tracer(loop, clock, std::move(limited));
  traces.hold();
  tracer.trace(kSource, kDestination, keep());
  run_until([&] { return traces.count() == 1; });
  for (int i = 0; i < 3; ++i) tracer.trace(kSource, kDestination, keep());  // the last one is too many
  for (std::uint32_t i = 0; i < 3; ++i) tracer.trace(kSource, IpAddress::from_v4(0xC6120301 + i), keep());  // here too
  wait_for(2);
  for (const auto& answer : answers) CHECK(answer.method == protocol::PathMethod::none);
  traces.release();
  wait_for(7);
  CHECK(traces.count() == 3);
}

TEST_CASE_FIXTURE(Fixture, "where tracing is impossible the path says none, and a later success counts") {
  PathTracer tracer(loop, clock, options());
  traces.fault = "no UDP socket: Operation not permitted";
  tracer.trace(kSource, kDestination, keep());
  wait_for(1);
  CHECK(answers[0].method == protocol::PathMethod::none);
  CHECK_FALSE(tracer.latest(kSource, kDestination));
  traces.fault.clear();
  tracer.trace(kSource, kDestination, keep());
  wait_for(2);
  CHECK(answers[1].method == protocol::PathMethod::trace);
}

TEST_CASE_FIXTURE(Fixture, "destinations without one path are not traced") {
  PathTracer tracer(loop, clock, options());
  const char* untraceable[] = {"0.0.0.0", "::", "169.254.1.1", "fe80::1", "224.0.0.1", "ff02::1", "255.255.255.255"};
  for (const auto* address : untraceable) tracer.trace(kSource, ip(address), keep());
  wait_for(std::size(untraceable));
  for (const auto& answer : answers) CHECK(answer.method == protocol::PathMethod::none);
  CHECK(traces.count() == 0);
}

TEST_CASE_FIXTURE(Fixture, "names come later, without delaying the path") {
  std::mutex mutex;
  std::condition_variable wake;
  bool answer_now = false;
  auto slow = options();
  slow.look_up = [&](const IpAddress& address) -> Result<std::string> {
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return answer_now; });
    return "router-" + std::to_string(address.bytes[15]) + ".example";
  };
  PathTracer tracer(loop, clock, std::move(slow));
  tracer.trace(kSource, kDestination, keep());
  wait_for(1);
  CHECK(answers[0].hops[0].name.empty());
  {
    const std::lock_guard lock(mutex);
    answer_now = true;
    wake.notify_all();
  }
  run_until([&] { return !tracer.latest(kSource, kDestination)->hops[0].name.empty(); });
  CHECK(tracer.latest(kSource, kDestination)->hops[0].name == "router-1.example");
  tracer.trace(kSource, kDestination, keep());
  wait_for(2);
  CHECK(answers[1].hops[0].name == "router-1.example");
}

TEST_CASE_FIXTURE(Fixture, "ends at once while a trace is held and others wait") {
  traces.hold();
  {
    PathTracer tracer(loop, clock, options());
    for (std::uint32_t i = 0; i < 10; ++i) tracer.trace(kSource, IpAddress::from_v4(0xC6120301 + i), keep());
    run_until([&] { return traces.count() == 1; });
  }
  bool passed = false;
  loop.post([&] { passed = true; });
  run_until([&] { return passed; });
  CHECK(answers.empty());
  CHECK(traces.count() == 1);
}

TEST_CASE_FIXTURE(Loop, "names are asked once, for routers only, and again when they are old") {
  runtime::ManualClock clock{TimeMs{0}};
  std::mutex mutex;
  std::vector<std::string> asked;
  HopNames names(loop, clock, [&](const IpAddress& address) -> Result<std::string> {
    const std::lock_guard lock(mutex);
    asked.push_back(address.str());
    return std::string(address == ip("198.18.1.2") ? "" : "r.example");
  });
  Path path;
  path.hops = {{1, ip("192.168.1.1"), 1, HopSide::customer, ""},
               {2, ip("198.18.1.1"), 1, HopSide::network, ""},
               {3, ip("198.18.1.2"), 1, HopSide::network, ""},
               {4, {}, 0, HopSide::network, ""},
               {5, ip("198.18.2.100"), 1, HopSide::receiver, ""}};
  names.learn(path);
  names.learn(path);
  auto named = path;
  run_until([&] { return names.pending() == 0; });
  names.fill(named);
  CHECK(named.hops[1].name == "r.example");
  names.learn(path);
  clock.advance(kNameLifetime);
  names.learn(path);
  run_until([&] { return names.pending() == 0; });
  CHECK(asked == std::vector<std::string>{"198.18.1.1", "198.18.1.2", "198.18.1.1", "198.18.1.2"});
  for (const std::size_t nameless : {0u, 2u, 3u, 4u}) CHECK(named.hops[nameless].name.empty());
}

TEST_CASE_FIXTURE(Loop, "a name that nobody could tell is due again soon, and a known one is not lost meanwhile") {
  runtime::ManualClock clock{TimeMs{0}};
  std::atomic<int> asked = 0;
  std::atomic<bool> away = true;
  HopNames names(loop, clock, [&](const IpAddress&) -> Result<std::string> {
    ++asked;
    if (away) return fail_transient("no name server answers");
    return "r.example";
  });
  Path path;
  path.hops = {{1, ip("198.18.1.1"), 1, HopSide::network, ""}};
  const auto learn = [&] {
    names.learn(path);
    run_until([&] { return names.pending() == 0; });
    names.fill(path);
  };
  learn();
  learn();
  CHECK(asked == 1);
  away = false;
  clock.advance(kNameRetry);
  learn();
  CHECK(asked == 2);
  CHECK(path.hops[0].name == "r.example");
  away = true;
  clock.advance(kNameLifetime);
  learn();
  CHECK(asked == 3);
  CHECK(path.hops[0].name == "r.example");
}

TEST_CASE_FIXTURE(Loop, "a real trace over loopback is one hop: the receiver") {
  runtime::SystemClock clock;
  PathTracer tracer(loop, clock);
  std::optional<Path> found;
  tracer.trace(ip("127.0.1.1"), ip("127.0.2.1"), [&](Path path) { found = std::move(path); });
  run_until([&] { return found.has_value(); });
  REQUIRE(found->method == protocol::PathMethod::trace);
  CHECK(found->complete);
  CHECK(found->source == ip("127.0.1.1"));
  REQUIRE(found->hops.size() == 1);
  CHECK(found->hops[0].address == ip("127.0.2.1"));
  CHECK(found->hops[0].side == HopSide::receiver);
  CHECK(found->hops[0].rtt_us > 0);
  CHECK(found->probed_at.value > 1'600'000'000'000);
}

TEST_CASE_FIXTURE(Loop, "an address that is not ours cannot be traced from") {
  runtime::SystemClock clock;
  PathTracer tracer(loop, clock);
  std::optional<Path> found;
  tracer.trace(ip("203.0.113.77"), ip("127.0.2.1"), [&](Path path) { found = std::move(path); });
  run_until([&] { return found.has_value(); });
  CHECK(found->method == protocol::PathMethod::none);
  CHECK(found->hops.empty());
}

}  // namespace
}  // namespace waybill::agent
