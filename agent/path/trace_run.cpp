#include "agent/path/trace_run.h"

#include <algorithm>
#include <array>
#include <optional>

#include "agent/path/probe_socket.h"
#include "agent/path/trace_progress.h"
#include "common/crypto/digest.h"

namespace waybill::agent {

namespace {

class TraceRun {
 public:
  TraceRun(ProbeSocket socket, const IpAddress& destination, const std::atomic<bool>& stop,
           std::function<void()> before_waiting)
      : socket_(std::move(socket)),
        stop_(stop),
        before_waiting_(std::move(before_waiting)),
        progress_(socket_.local_address(), destination),
        nonce_(crypto::random_bytes(kProbeNonceBytes)),
        begun_us_(steady_now_us()),
        deadline_us_(begun_us_ + kTraceTimeout.value * 1000) {}

  Status run() {
    for (int round = 0; round < kRounds && !out_of_time(); ++round) {
      if (round == kRounds - 1) wait_for_limits();
      const auto ttls = progress_.ttls_to_ask(round);
      if (ttls.empty()) break;
      // Answers that do not say which probe they are for can be told apart only by asking one question at a time.
      if (round > 0 && progress_.short_quotes()) {
        ask_one_by_one();
        break;
      }
      if (auto status = ask(round, ttls); !status) return status;
    }
    return {};
  }

  const TraceProgress& progress() const { return progress_; }
  const IpAddress& source() const { return socket_.local_address(); }

 private:
  bool out_of_time() const { return stop_ || steady_now_us() >= deadline_us_ || replies_ >= kMaxReplies; }

  // Fails only where not one probe of a first round could leave.
  Status ask(int round, const std::vector<int>& ttls) {
    Status last_failure;
    bool any_sent = false;
    for (const int ttl : ttls) {
      auto status = send(round, ttl);
      any_sent = any_sent || status;
      if (!status) last_failure = status;
      collect(ttl > kUnpacedTtls ? kPace : DurationMs{0});
      // The receiver has answered a lower TTL already: whatever goes beyond would only ask it again.
      if (const int end = progress_.end(); end > 0 && end <= ttl) break;
    }
    if (!any_sent && round == 0) return last_failure;
    const auto started_us = steady_now_us();
    while (!out_of_time() && !progress_.settled()) {
      const auto end_us = std::min(deadline_us_, started_us + progress_.round_wait().value * 1000);
      const auto left_us = end_us - steady_now_us();
      if (left_us <= 0) break;
      collect(DurationMs{std::min(left_us / 1000 + 1, kStopCheck.value)});
    }
    return {};
  }

  // Late answers count meanwhile.
  void wait_for_limits() {
    if (progress_.settled() || progress_.short_quotes()) return;
    before_waiting_();
    while (!out_of_time() && !progress_.settled()) {
      const auto left_us = begun_us_ + kLimitRefill.value * 1000 - steady_now_us();
      if (left_us <= 0) break;
      collect(DurationMs{std::min(left_us / 1000 + 1, kStopCheck.value)});
    }
  }

  void ask_one_by_one() {
    for (int ttl = 1; ttl <= kHighestTtl && !out_of_time(); ++ttl) {
      if (progress_.at(ttl)) continue;
      if (const int end = progress_.end(); end > 0 && end <= ttl) break;
      if (ttl > progress_.last_answered() + kTtlsPastLast) break;
      collect(DurationMs{0});
      if (!send(kRounds - 1, ttl)) continue;
      only_question_ = ttl;
      const auto end_us = std::min(deadline_us_, steady_now_us() + kOneByOneWait.value * 1000);
      while (!out_of_time() && !progress_.at(ttl)) {
        const auto left_us = end_us - steady_now_us();
        if (left_us <= 0) break;
        collect(DurationMs{std::min(left_us / 1000 + 1, kStopCheck.value)});
      }
      only_question_ = 0;
    }
  }

  Status send(int round, int ttl) {
    sent_us_[static_cast<std::size_t>(round)][static_cast<std::size_t>(ttl)] = steady_now_us();
    return socket_.send(ttl, encode_probe(ttl, round, nonce_));
  }

  void collect(DurationMs timeout) {
    for (const auto& error : socket_.receive(timeout, kMaxReplies - std::min(replies_, kMaxReplies))) {
      ++replies_;
      const auto kind = classify_icmp(socket_.family(), error.type, error.code);
      if (!kind) continue;
      ProbeReply reply{0, error.from, *kind, 0};
      int round = kRounds - 1;
      if (const auto tag = decode_probe(error.quoted, nonce_)) {
        reply.ttl = tag->ttl;
        round = tag->round;
      } else if (error.quoted.size() >= kProbePayloadBytes) {
        continue;  // a full quote of something that is no probe of ours
      } else {
        reply.ttl = only_question_;
      }
      const auto sent_us = sent_us_[static_cast<std::size_t>(round)][static_cast<std::size_t>(reply.ttl)];
      reply.rtt_us = sent_us > 0 ? std::max<std::int64_t>(error.at_us - sent_us, 1) : 0;
      progress_.add(reply);
    }
  }

  ProbeSocket socket_;
  const std::atomic<bool>& stop_;
  std::function<void()> before_waiting_;
  TraceProgress progress_;
  ByteString nonce_;
  std::int64_t begun_us_;
  std::int64_t deadline_us_;
  std::array<std::array<std::int64_t, kHighestTtl + 1>, kRounds> sent_us_{};  // [round][ttl], steady clock
  std::size_t replies_ = 0;
  int only_question_ = 0;  // the TTL that is being asked alone; 0: several are under way
};

}  // namespace

Result<protocol::Path> run_trace(const IpAddress& source, const IpAddress& destination, const runtime::Clock& clock,
                                 const std::atomic<bool>& stop, const std::function<void(protocol::Path)>& meanwhile) {
  const auto probed_at = clock.now();
  auto socket = ProbeSocket::open(source, destination);
  if (!socket) return pass_on(socket);
  std::optional<TraceRun> run;
  const auto known = [&] { return assemble_path(run->progress(), run->source(), destination, probed_at); };
  run.emplace(std::move(*socket), destination, stop, [&] { meanwhile(known()); });
  if (auto status = run->run(); !status) return pass_on(status);
  return known();
}

}  // namespace waybill::agent
