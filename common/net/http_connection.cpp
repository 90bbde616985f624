#include <deque>

#include <fmt/core.h>

#include "common/net/client_connect_detail.h"

namespace waybill::net {

namespace {

class KeptConnection : public std::enable_shared_from_this<KeptConnection> {
 public:
  KeptConnection(runtime::EventLoop& loop, Url server, ClientOptions options)
      : loop_(loop), server_(std::move(server)), options_(std::move(options)) {}

  void exchange(HttpRequest request, std::function<void(Result<HttpResponse>)> done) {
    loop_.assert_owner();
    if (waiting_.size() >= HttpConnection::kQueueLimit) {
      auto text = fmt::format("{} requests wait for {} already", waiting_.size(), server_.authority());
      loop_.post([done = std::move(done), text] { done(fail_transient(text)); });
      return;
    }
    waiting_.push_back({std::move(request), std::move(done)});
    if (waiting_.size() == 1) serve_first();
  }

  // Its owner has gone: nothing is called any more.
  void abandon() {
    waiting_.clear();
    if (deadline_) deadline_->expire();
    if (stream_) stream_->close();
  }

 private:
  struct Waiting {
    HttpRequest request;
    std::function<void(Result<HttpResponse>)> done;
  };

  void serve_first() {
    deadline_ = Deadline::start(loop_, options_.timeout);
    if (stream_ && !stream_->is_stale()) return send_first();
    if (stream_) stream_->close();
    stream_.reset();
    open_stream(loop_, server_, options_, deadline_, [self = shared_from_this()](Result<Stream> stream) {
      if (self->waiting_.empty()) return;  // abandoned
      if (!stream) return self->end_first(pass_on(stream));
      self->stream_ = *stream;
      self->send_first();
    });
  }

  void send_first() {
    const auto& request = waiting_.front().request;
    exchange_on(*stream_, server_, request.target, request, options_.max_body_bytes, true, deadline_,
                [self = shared_from_this()](Exchanged exchanged) {
                  if (self->waiting_.empty()) return;  // abandoned
                  if (!exchanged.reusable) {
                    self->stream_->finish([] {});
                    self->stream_.reset();
                  }
                  self->end_first(std::move(exchanged.response));
                });
  }

  void end_first(Result<HttpResponse> result) {
    deadline_->stop();
    const auto done = std::move(waiting_.front().done);
    waiting_.pop_front();
    // The next one is begun from the loop: `done` may destroy the owner or ask for more.
    if (!waiting_.empty()) {
      loop_.post([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self && !self->waiting_.empty()) self->serve_first();
      });
    }
    done(std::move(result));
  }

  runtime::EventLoop& loop_;
  const Url server_;
  const ClientOptions options_;
  std::deque<Waiting> waiting_;  // the first one is under way
  std::optional<Stream> stream_;
  std::shared_ptr<Deadline> deadline_;
};

class OwnedConnection final : public HttpConnection {
 public:
  explicit OwnedConnection(std::shared_ptr<KeptConnection> kept) : kept_(std::move(kept)) {}
  ~OwnedConnection() override { kept_->abandon(); }
  void exchange(HttpRequest request, std::function<void(Result<HttpResponse>)> done) override {
    kept_->exchange(std::move(request), std::move(done));
  }

 private:
  std::shared_ptr<KeptConnection> kept_;
};

}  // namespace

std::unique_ptr<HttpConnection> HttpConnection::create(runtime::EventLoop& loop, Url server, ClientOptions options) {
  return std::make_unique<OwnedConnection>(
      std::make_shared<KeptConnection>(loop, std::move(server), std::move(options)));
}

}  // namespace waybill::net
