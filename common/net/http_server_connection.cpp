#include <array>
#include <ctime>

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include "common/net/http_message_detail.h"
#include "common/net/http_server_detail.h"
#include "common/net/web_socket_detail.h"
#include "common/runtime/log.h"
#include "common/types/check.h"

namespace waybill::net {

namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

// Below this rate a peer is taken to hold the connection rather than to use it.
constexpr std::int64_t kSlowestBytesPerSecond = 16 << 10;
constexpr std::size_t kPieceBytes = 64 << 10;  // of an answer

class HttpServerConnection : public std::enable_shared_from_this<HttpServerConnection> {
 public:
  HttpServerConnection(std::shared_ptr<HttpServerState> server, Stream stream, bool full)
      : server_(std::move(server)),
        stream_(std::move(stream)),
        full_(full),
        // A body is read in pieces of at most 64 KiB beside what the head may take.
        buffer_(server_->options.max_header_bytes + (64 << 10)) {}

  void start() {
    slot_ = std::make_shared<ConnectionSlot>(server_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->close();
    });
    if (!server_->tls) return read_head();
    limit_time(0);
    stream_.handshake_as_server(*server_->tls, [self = shared_from_this()](const ErrorCode& error) {
      if (!error) return self->read_head();
      if (!self->closed_) ++self->server_->counters->tls_failed;
      self->close();
    });
  }

  bool closed() const { return closed_; }

  // The application's answer; the first one counts, and none after the connection has gone.
  void answer(HttpResponse response) {
    if (!closed_) write(std::move(response), keep_alive_);
  }

 private:
  void read_head() {
    parser_.emplace();
    head_only_ = false;
    parser_->header_limit(static_cast<std::uint32_t>(server_->options.max_header_bytes));
    parser_->body_limit(server_->options.max_body_bytes);
    limit_time(0);
    http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](const ErrorCode& error, auto) {
      if (error) return self->on_read_failed(error);
      self->on_head();
    });
  }

  void on_head() {
    keep_alive_ = parser_->keep_alive();
    head_only_ = parser_->get().method() == http::verb::head;
    if (full_) return refuse(503, "this server is full; try again later", nullptr);
    const auto length = parser_->content_length();
    if (length && *length > server_->options.max_body_bytes) return on_read_failed(http::error::body_limit);
    parser_->eager(true);
    // RFC 9110 10.1.1: this client waits for a word before it sends the body.
    if (!parser_->is_done() && lists_token(as_view(parser_->get()[http::field::expect]), "100-continue")) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      boost::asio::async_write(stream_, boost::asio::buffer(kContinue),
                               [self = shared_from_this()](const ErrorCode& error, auto) {
                                 if (error) return self->close();
                                 self->read_body(0);
                               });
      return;
    }
    read_body(0);
  }

  void read_body(std::size_t received) {
    if (parser_->is_done()) return dispatch();
    limit_time(received);
    http::async_read_some(stream_, buffer_, *parser_,
                          [self = shared_from_this(), received](const ErrorCode& error, std::size_t size) {
                            if (error) return self->on_read_failed(error);
                            self->read_body(received + size);
                          });
  }

  void on_read_failed(const ErrorCode& error) {
    if (closed_) return;
    auto& counters = *server_->counters;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return refuse(431, "the request's headers are too large", &counters.too_large);
    }
    if (error == http::error::body_limit) return refuse(413, "the request's body is too large", &counters.too_large);
    if (error == http::error::partial_message) {
      ++counters.malformed;  // torn: its sender is not there to hear of it
    } else if (error != http::error::end_of_stream && error.category() == make_error_code(http::error{}).category()) {
      return refuse(400, "this is not an HTTP/1.1 request: " + error.message(), &counters.malformed);
    } else if (parser_->got_some()) {
      ++counters.malformed;
    }
    close();
  }

  void refuse(int status, const std::string& why, std::int64_t* counter) {
    if (counter != nullptr) ++*counter;
    auto response = text_response(status, why + "\n");
    if (status == 503) response.headers["retry-after"] = "10";
    write(std::move(response), false);
  }

  void dispatch();
  void upgrade(HttpRequest request);

  void write(HttpResponse response, bool keep_alive) {
    const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
    keep_alive = keep_alive && !server_->stopped;
    head_ = response_head(response, as_view(reason), keep_alive, std::time(nullptr));
    const bool no_body = head_only_ || response.status == 204 || response.status == 304;
    body_ = no_body ? ByteString{} : std::move(response.body);
    write_piece(0, keep_alive);
  }

  // In pieces, each with its own time limit, so that a peer that stops reading is noticed whatever the answer's size.
  void write_piece(std::size_t start, bool keep_alive) {
    const auto size = std::min(body_.size() - start, kPieceBytes);
    const std::array<boost::asio::const_buffer, 2> parts{boost::asio::buffer(head_),
                                                         boost::asio::buffer(body_.data() + start, size)};
    limit_time(0);
    const auto next = start + size;
    boost::asio::async_write(stream_, parts,
                             [self = shared_from_this(), next, keep_alive](const ErrorCode& error, auto) {
                               if (error) return self->close();
                               self->head_.clear();
                               if (next < self->body_.size()) return self->write_piece(next, keep_alive);
                               self->body_ = {};
                               if (keep_alive && !self->server_->stopped) return self->read_head();
                               self->finish();
                             });
  }

  void finish() {
    limit_.cancel();
    closed_ = true;
    stream_.finish([self = shared_from_this()] { self->close(); });
  }

  void close() {
    closed_ = true;
    limit_.cancel();
    stream_.close();
  }

  // Starts the time of one stage anew: idle_timeout, and on top what `bytes` take at the slowest rate.
  void limit_time(std::size_t bytes) {
    const auto allowance = DurationMs{static_cast<std::int64_t>(bytes) * 1000 / kSlowestBytesPerSecond};
    limit_ = server_->loop.after(server_->options.idle_timeout + allowance, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->closed_) return;
      ++self->server_->counters->timed_out;
      self->close();
    });
  }

  static std::string_view as_view(boost::beast::string_view text) { return {text.data(), text.size()}; }

  std::shared_ptr<HttpServerState> server_;
  Stream stream_;
  const bool full_;
  bool closed_ = false;
  bool keep_alive_ = false, head_only_ = false;  // of the request that is being served
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string head_;
  ByteString body_;
  runtime::Timer limit_;
  std::shared_ptr<ConnectionSlot> slot_;
};

// What an application's Respond holds. It keeps the connection alive; dropped unanswered, it answers 500, so that no
// client waits for an answer that nobody can give any more.
class PendingAnswer {
 public:
  PendingAnswer(runtime::EventLoop& loop, std::shared_ptr<HttpServerConnection> connection)
      : loop_(loop), connection_(std::move(connection)) {}
  ~PendingAnswer() {
    if (!connection_ || connection_->closed()) return;
    WAYBILL_ERROR("http", "a request was dropped without an answer");
    loop_.post([connection = std::move(connection_)] {
      connection->answer(text_response(500, "the server dropped this request\n"));
    });
  }
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;

  void answer(HttpResponse response) {
    loop_.assert_owner();
    WAYBILL_ASSERT(connection_, "one request was answered twice");
    std::exchange(connection_, nullptr)->answer(std::move(response));
  }

 private:
  runtime::EventLoop& loop_;
  std::shared_ptr<HttpServerConnection> connection_;
};

void HttpServerConnection::dispatch() {
  limit_.cancel();  // the application takes the time that it needs
  if (server_->stopped) return close();
  auto message = parser_->release();
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.headers = header_map(message);
  request.body = std::move(message.body());
  request.remote = stream_.remote();
  if (asks_for_web_socket(request)) return upgrade(std::move(request));
  const auto pending = std::make_shared<PendingAnswer>(server_->loop, shared_from_this());
  const auto on_request = server_->handlers.on_request;  // a copy: it may destroy the server
  if (!on_request) return pending->answer(text_response(404, "nothing here\n"));
  on_request(std::move(request), [pending](HttpResponse response) { pending->answer(std::move(response)); });
}

void HttpServerConnection::upgrade(HttpRequest request) {
  const auto accepts = server_->handlers.accepts_web_socket;
  const auto on_web_socket = server_->handlers.on_web_socket;
  if (!accepts || !on_web_socket || !accepts(request)) return refuse(404, "no WebSocket here", nullptr);
  // RFC 6455 4.1: a client sends nothing more before the answer.
  if (buffer_.size() > 0) return refuse(400, "bytes follow the WebSocket request", &server_->counters->malformed);
  const auto& options = server_->options;
  WebSocketSettings settings{options.max_message_bytes, options.idle_timeout, options.idle_timeout, server_->counters,
                             slot_};
  auto opened = [server = server_, request, on_web_socket](Result<std::shared_ptr<WebSocket>> socket) {
    if (socket && !server->stopped) on_web_socket(std::move(*socket), request);
  };
  auto close_it = accept_web_socket(server_->loop, stream_, request, std::move(settings), std::move(opened));
  slot_->set_closer(std::move(close_it));
  closed_ = true;
}

}  // namespace

void serve_http_connection(std::shared_ptr<HttpServerState> server, Stream stream, bool full) {
  std::make_shared<HttpServerConnection>(std::move(server), std::move(stream), full)->start();
}

}  // namespace waybill::net
