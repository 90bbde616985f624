#include <array>

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/core.h>

#include "common/net/client_connect_detail.h"
#include "common/net/http_message_detail.h"

namespace waybill::net {

namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 64 << 10;

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Stream stream, const Url& url, std::size_t max_body_bytes, std::shared_ptr<Deadline> deadline,
           std::function<void(Exchanged)> done)
      : stream_(std::move(stream)),
        server_(url.authority()),
        max_body_bytes_(max_body_bytes),
        deadline_(std::move(deadline)),
        done_(std::move(done)),
        buffer_(kMaxHeaderBytes + (64 << 10)) {}

  void start(std::string_view target, const Url& url, const HttpRequest& request, bool keep_alive) {
    deadline_->on_expiry([stream = stream_]() mutable { stream.close(); });
    head_only_ = request.method == "HEAD";
    head_ = request_head(request, target, url.authority(), keep_alive);
    body_ = request.body;
    const std::array<boost::asio::const_buffer, 2> parts{boost::asio::buffer(head_), boost::asio::buffer(body_)};
    boost::asio::async_write(stream_, parts, [self = shared_from_this()](const ErrorCode& error, auto) {
      // A server that refuses a body answers before it has read it, and then closes: the answer tells more than the
      // broken write does.
      self->write_error_ = error;
      self->read();
    });
  }

 private:
  void read() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    parser_->body_limit(max_body_bytes_);
    parser_->skip(head_only_);
    // Head and body apart: read in one go, Beast 1.74 forgets the limit when an announced body comes with its head.
    http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](const ErrorCode& error, auto) {
      if (error) return self->end(self->failure(error), false);
      const auto length = self->parser_->content_length();
      const bool too_large = length && *length > self->max_body_bytes_ && !self->head_only_;
      if (too_large) return self->end(self->failure(http::error::body_limit), false);
      // RFC 9110 15.2: interim answers precede the one that is meant.
      if (self->parser_->get().result_int() / 100 == 1) return self->read();
      self->read_body();
    });
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const ErrorCode& error, auto) {
      if (error) return self->end(self->failure(error), false);
      self->on_answer();
    });
  }

  void on_answer() {
    const bool reusable = parser_->keep_alive() && !write_error_ && buffer_.size() == 0;
    auto message = parser_->release();
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    response.headers = header_map(message);
    response.body = std::move(message.body());
    end(std::move(response), reusable);
  }

  Result<HttpResponse> failure(const ErrorCode& error) const {
    if (deadline_->expired()) return fail_transient(fmt::format("{} took too long to answer", server_));
    if (error == http::error::body_limit) {
      return refuse(fmt::format("{} answers with more than {} bytes", server_, max_body_bytes_));
    }
    const bool torn = error == http::error::end_of_stream || error == http::error::partial_message ||
                      error.category() != make_error_code(http::error{}).category();
    if (torn) {
      const auto& cause = write_error_ ? write_error_ : error;
      return fail_transient(fmt::format("the connection with {} broke: {}", server_, cause.message()));
    }
    return refuse(fmt::format("{} does not answer in HTTP: {}", server_, error.message()));
  }

  void end(Result<HttpResponse> response, bool reusable) {
    deadline_->on_expiry(nullptr);
    std::exchange(done_, nullptr)({std::move(response), reusable});
  }

  Stream stream_;
  const std::string server_;
  const std::size_t max_body_bytes_;
  std::shared_ptr<Deadline> deadline_;
  std::function<void(Exchanged)> done_;
  bool head_only_ = false;
  std::string head_;
  ByteString body_;
  ErrorCode write_error_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
};

}  // namespace

void exchange_on(Stream stream, const Url& url, std::string_view target, const HttpRequest& request,
                 std::size_t max_body_bytes, bool keep_alive, std::shared_ptr<Deadline> deadline,
                 std::function<void(Exchanged)> done) {
  std::make_shared<Exchange>(std::move(stream), url, max_body_bytes, std::move(deadline), std::move(done))
      ->start(target, url, request, keep_alive);
}

}  // namespace waybill::net
