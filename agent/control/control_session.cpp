#include "agent/control/control_session.h"

#include "common/protocol/limits.h"
#include "common/runtime/log.h"

namespace waybill::control {

namespace {

constexpr int kPatientAttempt = 5;                // its delay is the longest
constexpr DurationMs kIdleTimeout = seconds(30);  // a vanished tracker is noticed after this

}  // namespace

ControlSession::ControlSession(Needs needs) : needs_(std::move(needs)) {}

ControlSession::~ControlSession() { stop(); }

void ControlSession::start() {
  needs_.loop.assert_owner();
  connect();
}

void ControlSession::stop() {
  if (stopped_) return;
  stopped_ = true;
  *alive_ = false;
  phase_ = Phase::disconnected;
  timer_.cancel();
  if (socket_) socket_->close("the agent stops");
  socket_.reset();
}

bool ControlSession::send(const protocol::ControlMessage& message) {
  if (phase_ != Phase::ready || !socket_) return false;
  socket_->send(protocol::to_text(message));
  return true;
}

void ControlSession::connect() {
  auto url = tracker_url(needs_.enrollment, protocol::kControlPath);
  if (!url) return needs_.ended(url.error().message);
  auto options = tracker_options(needs_.enrollment, needs_.bind);
  options.max_message_bytes = protocol::kMaxControlMessageBytes;
  options.idle_timeout = kIdleTimeout;
  options.timeout = protocol::kChallengeTimeout;
  net::connect_web_socket(needs_.loop, *url, options,
                          [this, alive = alive_](Result<std::shared_ptr<net::WebSocket>> socket) {
                            if (*alive) opened(std::move(socket));
                          });
}

void ControlSession::opened(Result<std::shared_ptr<net::WebSocket>> socket) {
  if (!socket) return try_again(socket.error().message);
  socket_ = std::move(*socket);
  phase_ = Phase::awaiting_challenge;
  close_reason_.clear();
  net::WebSocket::Handlers handlers;
  handlers.on_message = [this, alive = alive_](const std::string& text) {
    if (*alive) received(text);
  };
  handlers.on_closed = [this, alive = alive_](const std::string& reason) {
    if (*alive) closed(reason);
  };
  socket_->set_handlers(std::move(handlers));
  timer_ = needs_.loop.after(protocol::kChallengeTimeout, [this] {
    close_reason_ = "the tracker did not welcome this agent in time";
    if (socket_) socket_->close(close_reason_);
  });
}

void ControlSession::received(const std::string& text) {
  if (!close_reason_.empty()) return;  // what arrives after our close is not acted on
  const auto message = protocol::parse_control_message(text);
  if (!message) {
    close_reason_ = "the tracker sent what cannot be understood: " + message.error().message;
    return socket_->close(close_reason_);
  }
  carry_out(react(phase_, *message), *message);
}

void ControlSession::carry_out(const Reaction& reaction, const protocol::ControlMessage& message) {
  if (!reaction.final.empty()) {
    const auto line = reaction.final;
    trouble_ = line;
    refused_ = true;
    stop();
    return needs_.ended(line);  // may destroy this session
  }
  if (!reaction.close.empty()) {
    close_reason_ = reaction.close;
    if (reaction.patience) attempt_ = kPatientAttempt;
    return socket_->close(close_reason_);
  }
  phase_ = reaction.next;
  if (reaction.prove) prove(std::get<protocol::Challenge>(message));
  if (std::holds_alternative<protocol::Welcome>(message)) {
    timer_.cancel();
    attempt_ = 0;
    trouble_.clear();
  }
  if (reaction.deliver) needs_.deliver(message);
}

void ControlSession::prove(const protocol::Challenge& challenge) {
  auto hello = needs_.hello();
  hello.key = needs_.key.public_key();
  hello.local_address = socket_->local().address;
  hello.proof = protocol::sign_hello(needs_.key, challenge.nonce, needs_.enrollment.tracker_key);
  socket_->send(protocol::to_text(hello));
}

void ControlSession::closed(const std::string& reason) {
  const bool was_ready = phase_ == Phase::ready;
  const auto why = close_reason_.empty() ? reason : close_reason_;
  socket_.reset();
  phase_ = Phase::disconnected;
  timer_.cancel();
  const auto alive = alive_;
  if (was_ready) needs_.lost(why);
  if (*alive) try_again(why);
}

void ControlSession::try_again(const std::string& reason) {
  const double jitter = static_cast<double>(needs_.random.below(1000)) / 1000;
  const auto delay = reconnect_delay(attempt_, jitter);
  // Said once for each cause; a tracker that stays away must not fill the disk with lines.
  if (trouble_ != reason) {
    WAYBILL_WARN("control",
                 "no tracker: {}. Transfers under way go on while their orders live; trying again every {} s", reason,
                 kLongestReconnectDelay.value / 1000);
  }
  trouble_ = reason;
  attempt_ += 1;
  timer_ = needs_.loop.after(delay, [this] { connect(); });
}

}  // namespace waybill::control
