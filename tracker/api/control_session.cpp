#include "tracker/api/control_session.h"

#include "common/crypto/digest.h"
#include "common/protocol/limits.h"

namespace waybill::tracker {

using protocol::ControlMessage;
using protocol::Refusal;

namespace {

// A busy agent sends a LoadReport and a few Progress messages a second, and LibraryUpdates in bursts.
constexpr int kMaxMessagesPerSecond = 200;
constexpr std::size_t kNonceBytes = 32;

bool is_from_agent(const ControlMessage& message) {
  using namespace protocol;
  return std::holds_alternative<LibraryUpdate>(message) || std::holds_alternative<SharingUpdate>(message) ||
         std::holds_alternative<LoadReport>(message) || std::holds_alternative<Want>(message) ||
         std::holds_alternative<Progress>(message) || std::holds_alternative<SourceFailed>(message) ||
         std::holds_alternative<Done>(message) || std::holds_alternative<GiveUp>(message) ||
         std::holds_alternative<PortMapped>(message);
}

}  // namespace

ControlSession::ControlSession(std::shared_ptr<net::WebSocket> socket, crypto::PublicKey tracker_key,
                               runtime::EventLoop& loop, ControlSink& sink)
    : socket_(std::move(socket)),
      tracker_key_(tracker_key),
      loop_(loop),
      sink_(sink),
      remote_(socket_->remote()),
      nonce_(crypto::random_bytes(kNonceBytes)),
      allowance_(kMaxMessagesPerSecond) {}

void ControlSession::start() {
  // The socket's handlers hold the session; the session lets go of the socket when it is closed.
  socket_->set_handlers({[self = shared_from_this()](std::string text) { self->on_message(text); },
                         [self = shared_from_this()](std::string reason) { self->on_closed(reason); }});
  challenge_timer_ = loop_.after(protocol::kChallengeTimeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->refuse(Refusal::key_proof_invalid, "no hello came in time");
  });
  refill_allowance();
  protocol::Challenge challenge;
  challenge.nonce = nonce_;
  send(challenge);
}

void ControlSession::refill_allowance() {
  allowance_ = kMaxMessagesPerSecond;
  allowance_timer_ = loop_.after(seconds(1), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->refill_allowance();
  });
}

void ControlSession::send(const ControlMessage& message) {
  if (socket_ && !closing_) socket_->send(protocol::to_text(message));
}

void ControlSession::refuse(Refusal reason, std::string message) {
  if (closing_ || !socket_) return;
  sink_.refused(*this, reason);
  send(protocol::Refused{reason, message, {}});
  closing_ = true;
  socket_->close(std::move(message));
}

void ControlSession::on_message(const std::string& text) {
  if (closing_) return;
  if (--allowance_ < 0) return refuse(Refusal::too_busy, "too many messages a second");
  const auto message = protocol::parse_control_message(text);
  if (!message) return refuse(Refusal::control_malformed, message.error().message);
  if (!proven_) {
    if (const auto* hello = std::get_if<protocol::Hello>(&*message)) return on_hello(*hello);
    return refuse(Refusal::control_malformed, "the first message must be a hello");
  }
  if (!is_from_agent(*message)) {
    return refuse(Refusal::control_malformed, "an agent does not send " + std::string(protocol::type_name(*message)));
  }
  sink_.message(*this, *message);
}

void ControlSession::on_hello(const protocol::Hello& hello) {
  if (!protocol::verify_hello(hello, nonce_, tracker_key_)) {
    return refuse(Refusal::key_proof_invalid, "the hello is not signed by the key that it names");
  }
  challenge_timer_.cancel();
  key_ = hello.key;
  proven_ = true;
  sink_.proven(shared_from_this(), hello);
}

void ControlSession::on_closed(const std::string& reason) {
  const auto keep = shared_from_this();
  closing_ = true;
  challenge_timer_.cancel();
  allowance_timer_.cancel();
  socket_.reset();
  if (proven_) sink_.closed(*this, reason);
}

}  // namespace waybill::tracker
