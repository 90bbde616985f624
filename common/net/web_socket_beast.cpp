#include <deque>

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <fmt/core.h>

#include "common/net/http_message_detail.h"
#include "common/net/web_socket_detail.h"

namespace waybill::net {

namespace {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using ErrorCode = boost::system::error_code;

constexpr std::size_t kLongestReason = 120;  // RFC 6455 5.5: a control frame holds 125 bytes, two are the code

// At most `limit` bytes, never ending inside a UTF-8 sequence: a peer must refuse such text (RFC 6455 8.1).
std::string start_of(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

// The connection. It lives as long as the handle or an operation under way.
class WebSocketSession : public std::enable_shared_from_this<WebSocketSession> {
 public:
  using BeastStream = websocket::stream<Stream, false>;  // false: without compression

  WebSocketSession(runtime::EventLoop& loop, Stream stream, WebSocketSettings settings)
      : loop_(loop),
        stream_(stream),
        settings_(std::move(settings)),
        socket_(std::move(stream)),
        // One message, and room for the piece that shows that it is too long.
        buffer_(settings_.max_message_bytes + (64 << 10)) {
    socket_.read_message_max(settings_.max_message_bytes);
    socket_.text(true);
    socket_.auto_fragment(false);  // a message is a frame; Beast would make one of every 4 KiB
    socket_.set_option(websocket::stream_base::timeout{std::chrono::milliseconds(settings_.opening_timeout.value),
                                                       std::chrono::milliseconds(settings_.idle_timeout.value), true});
  }

  BeastStream& socket() { return socket_; }
  Stream& stream() { return stream_; }

  void set_handlers(WebSocket::Handlers handlers) {
    if (state_ == State::open) handlers_ = std::make_shared<WebSocket::Handlers>(std::move(handlers));
  }

  void send(std::string message) {
    loop_.assert_owner();
    if (state_ != State::open) return;
    queued_bytes_ += message.size();
    if (queued_bytes_ > WebSocket::kSendQueueBytes) return end_later("the peer reads too slowly");
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) write_next();
  }

  void close(std::string reason) {
    loop_.assert_owner();
    if (state_ != State::open) return;
    state_ = State::closing;
    linger_ = loop_.after(WebSocket::kCloseTime, [this] { stream_.close(); });
    tell_closed_later(reason);
    close_reason_ = start_of(std::move(reason), kLongestReason);
    if (queue_.empty()) write_close();
  }

  // Nobody holds the handle any more.
  void abandon() {
    abandoned_ = true;
    handlers_.reset();
    if (state_ == State::open) end();
  }

  // For a server that is being destroyed: at once, yet the owner of the WebSocket is told.
  void cut(const char* reason) {
    if (state_ == State::open) return end_later(reason);
    end();
  }

  void count_failed_opening() {
    if (settings_.counters) ++settings_.counters->malformed;
  }

  void read_next() {
    if (state_ != State::open) return;
    socket_.async_read(buffer_, [self = shared_from_this()](const ErrorCode& error, auto) { self->on_read(error); });
  }

 private:
  enum class State { open, closing, ended };

  void on_read(const ErrorCode& error) {
    if (state_ != State::open) return;
    if (error) return end_now(explain(error));
    if (!socket_.got_text()) {
      if (settings_.counters) ++settings_.counters->malformed;
      return close("only text messages are understood here");
    }
    auto message = boost::beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > kKeptBufferBytes) buffer_.shrink_to_fit();
    const auto handlers = handlers_;  // kept while it runs: it may close, or set others
    if (handlers && handlers->on_message) handlers->on_message(std::move(message));
    read_next();
  }

  void write_next() {
    socket_.async_write(boost::asio::buffer(queue_.front()),
                        [self = shared_from_this()](const ErrorCode& error, auto) { self->on_written(error); });
  }

  void on_written(const ErrorCode& error) {
    if (state_ == State::ended) return;
    if (error) return state_ == State::open ? end_now(explain(error)) : end();
    queued_bytes_ -= queue_.front().size();
    queue_.pop_front();
    if (!queue_.empty()) return write_next();
    if (state_ == State::closing) write_close();
  }

  void write_close() {
    socket_.async_close({websocket::close_code::normal, close_reason_},
                        [self = shared_from_this()](const ErrorCode&) { self->end(); });
  }

  // One line on why the connection ended, counted where this is a server.
  std::string explain(const ErrorCode& error) {
    auto* counters = settings_.counters.get();
    if (error == websocket::error::closed) {
      const auto& reason = socket_.reason();
      const std::string_view text(reason.reason.data(), reason.reason.size());
      return text.empty() ? fmt::format("closed by the peer (code {})", reason.code) : printable(text);
    }
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
      if (counters) ++counters->too_large;
      return fmt::format("a message is larger than {} bytes", settings_.max_message_bytes);
    }
    if (error == boost::beast::error::timeout) {
      if (counters) ++counters->timed_out;
      return "the peer is silent";
    }
    if (error.category() == make_error_code(websocket::error{}).category()) {
      if (counters) ++counters->malformed;
      return "the peer breaks the WebSocket protocol: " + error.message();
    }
    return "the connection was lost: " + error.message();
  }

  void tell_closed(const std::string& reason) {
    const auto handlers = std::exchange(handlers_, nullptr);
    if (handlers && handlers->on_closed) handlers->on_closed(reason);
  }
  // The call takes the handlers along: where the loop ends before it, they go with the loop. Here, they and the handle
  // that they may hold would keep each other.
  void tell_closed_later(std::string reason) {
    loop_.post([self = shared_from_this(), handlers = std::exchange(handlers_, nullptr), reason = std::move(reason)] {
      if (!self->abandoned_ && handlers && handlers->on_closed) handlers->on_closed(reason);
    });
  }

  void end_now(const std::string& reason) {
    end();
    tell_closed(reason);
  }
  void end_later(std::string reason) {
    end();
    tell_closed_later(std::move(reason));
  }

  void end() {
    state_ = State::ended;
    linger_.cancel();
    stream_.close();
    settings_.slot.reset();
  }

  static constexpr std::size_t kKeptBufferBytes = 16 << 10;  // between messages, for each connection

  runtime::EventLoop& loop_;
  Stream stream_;
  WebSocketSettings settings_;
  BeastStream socket_;
  boost::beast::flat_buffer buffer_;
  State state_ = State::open;
  std::shared_ptr<WebSocket::Handlers> handlers_;
  bool abandoned_ = false;         // nobody is there to be told anything
  std::deque<std::string> queue_;  // the first one is being written
  std::size_t queued_bytes_ = 0;
  std::string close_reason_;
  runtime::Timer linger_;
};

// What the application holds.
class WebSocketHandle final : public WebSocket {
 public:
  explicit WebSocketHandle(std::shared_ptr<WebSocketSession> session) : session_(std::move(session)) {}
  ~WebSocketHandle() override { session_->abandon(); }
  void set_handlers(Handlers handlers) override { session_->set_handlers(std::move(handlers)); }
  void send(std::string message) override { session_->send(std::move(message)); }
  void close(std::string reason) override { session_->close(std::move(reason)); }
  Endpoint remote() const override { return session_->stream().remote(); }
  Endpoint local() const override { return session_->stream().local(); }

 private:
  std::shared_ptr<WebSocketSession> session_;
};

void give(const std::shared_ptr<WebSocketSession>& session, const WebSocketOpened& done) {
  done(std::make_shared<WebSocketHandle>(session));
  session->read_next();  // nothing, if `done` did not keep the handle
}

http::request<http::empty_body> upgrade_request(const HttpRequest& request) {
  http::request<http::empty_body> message(http::verb::get, request.target, 11);
  for (const auto& [name, value] : request.headers) message.set(name, value);
  return message;
}

Error refused_upgrade(const Url& url, const http::response<http::string_body>& response) {
  const bool later = response.result_int() >= 500;
  const auto why = fmt::format("{} answers {} instead of opening a WebSocket: {}", url.authority(),
                               response.result_int(), printable(response.body()));
  return {later ? ErrorKind::failed : ErrorKind::refused, later, why};
}

}  // namespace

std::function<void()> accept_web_socket(runtime::EventLoop& loop, Stream stream, const HttpRequest& request,
                                        WebSocketSettings settings, WebSocketOpened done) {
  auto session = std::make_shared<WebSocketSession>(loop, std::move(stream), std::move(settings));
  const auto message = std::make_shared<http::request<http::empty_body>>(upgrade_request(request));
  session->socket().async_accept(*message, [session, message, done = std::move(done)](const ErrorCode& error) {
    if (!error) return give(session, done);
    session->count_failed_opening();
    session->abandon();
    done(fail_transient("the WebSocket was not opened: " + error.message()));
  });
  return [weak = std::weak_ptr(session)] {
    if (const auto open = weak.lock()) open->cut("the server stops");
  };
}

void open_web_socket(runtime::EventLoop& loop, Stream stream, const Url& url, WebSocketSettings settings,
                     WebSocketOpened done) {
  auto session = std::make_shared<WebSocketSession>(loop, std::move(stream), std::move(settings));
  auto response = std::make_shared<websocket::response_type>();
  session->socket().async_handshake(
      *response, url.authority(), url.target, [session, response, url, done = std::move(done)](const ErrorCode& error) {
        if (!error) return give(session, done);
        session->abandon();
        if (error == websocket::error::upgrade_declined)
          return done(tl::make_unexpected(refused_upgrade(url, *response)));
        done(fail_transient(fmt::format("no WebSocket with {}: {}", url.authority(), error.message())));
      });
}

}  // namespace waybill::net
