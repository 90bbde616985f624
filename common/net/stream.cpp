#include <array>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "common/net/endpoint_asio.h"
#include "common/net/stream_asio.h"

namespace waybill::net {

namespace {

constexpr std::size_t kDrainBytes = 1 << 20;
constexpr auto kDrainTime = std::chrono::seconds(2);

// RFC 9525: a certificate is for a name by its DNS names, for an address by its IP addresses.
bool expect_host(SSL* session, const std::string& host) {
  const bool is_address = IpAddress::parse(host).has_value();
  if (!is_address && SSL_set_tlsext_host_name(session, host.c_str()) != 1) return false;
  if (SSL_get_verify_mode(session) == SSL_VERIFY_NONE) return true;
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (!is_address) return SSL_set1_host(session, host.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
}

}  // namespace

Stream::State::State(Socket connected) : socket(std::move(connected)) {
  boost::system::error_code gone;  // the endpoints then stay unspecified, and the first operation fails
  const auto remote_end = socket.remote_endpoint(gone);
  if (!gone) remote = from_asio(remote_end);
  const auto local_end = socket.local_endpoint(gone);
  if (!gone) local = from_asio(local_end);
  // Whole messages are written at once; waiting to join them (RFC 896) would only delay them.
  socket.set_option(boost::asio::ip::tcp::no_delay(true), gone);
}

void Stream::handshake_as_server(boost::asio::ssl::context& context, Done done) {
  state_->tls.emplace(state_->socket, context);
  state_->tls->async_handshake(boost::asio::ssl::stream_base::server,
                               [keep = state_, done = std::move(done)](const auto& error) { done(error); });
}

void Stream::handshake_as_client(boost::asio::ssl::context& context, const std::string& host, Done done) {
  state_->tls.emplace(state_->socket, context);
  if (!expect_host(state_->tls->native_handle(), host)) {
    const auto unusable = boost::asio::error::make_error_code(boost::asio::error::invalid_argument);
    return boost::asio::post(get_executor(), [done = std::move(done), unusable] { done(unusable); });
  }
  state_->tls->async_handshake(boost::asio::ssl::stream_base::client,
                               [keep = state_, done = std::move(done)](const auto& error) { done(error); });
}

bool Stream::is_stale() const {
  if (!state_->socket.is_open()) return true;
  char byte = 0;
  // native_handle() of a const socket is not offered; the look at the queue changes nothing.
  const auto fd = const_cast<Socket&>(state_->socket).native_handle();
  const auto size = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void Stream::close() {
  boost::system::error_code nothing_more_to_lose;
  state_->socket.close(nothing_more_to_lose);
}

// Closing a socket that holds unread bytes sends a reset, which can destroy the answer on its way to the peer
// (RFC 9112 9.6); hence the drain.
class Stream::Finishing : public std::enable_shared_from_this<Finishing> {
 public:
  Finishing(std::shared_ptr<State> state, std::function<void()> done)
      : state_(std::move(state)), done_(std::move(done)), timer_(state_->socket.get_executor()) {}

  void start() {
    timer_.expires_after(kDrainTime);
    timer_.async_wait([self = shared_from_this()](const auto& error) {
      boost::system::error_code ignored_as_the_drain_sees_it;
      if (!error) self->state_->socket.close(ignored_as_the_drain_sees_it);
    });
    if (!state_->tls) return end_sending();
    state_->tls->async_shutdown([self = shared_from_this()](const auto&) { self->end_sending(); });
  }

 private:
  void end_sending() {
    boost::system::error_code gone;  // then the drain ends at once
    state_->socket.shutdown(Socket::shutdown_send, gone);
    drain();
  }

  void drain() {
    state_->socket.async_read_some(boost::asio::buffer(scrap_),
                                   [self = shared_from_this()](const auto& error, std::size_t size) {
                                     self->drained_ += size;
                                     if (!error && self->drained_ < kDrainBytes) return self->drain();
                                     self->end();
                                   });
  }

  void end() {
    timer_.cancel();
    boost::system::error_code nothing_more_to_lose;
    state_->socket.close(nothing_more_to_lose);
    const auto call = std::move(done_);
    call();
  }

  std::shared_ptr<State> state_;
  std::function<void()> done_;
  boost::asio::steady_timer timer_;
  std::array<char, 4096> scrap_;
  std::size_t drained_ = 0;
};

void Stream::finish(std::function<void()> done) { std::make_shared<Finishing>(state_, std::move(done))->start(); }

}  // namespace waybill::net
