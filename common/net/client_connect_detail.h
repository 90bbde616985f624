#pragma once
// The way to a server, up to where the first byte of a request may be written.
#include <functional>
#include <memory>

#include "common/net/http_client.h"
#include "common/net/stream_asio.h"

namespace waybill::net {

// One time limit over the stages of an exchange. When it passes, the stage under way is cancelled; its operation then
// fails, and says so by expired().
class Deadline : public std::enable_shared_from_this<Deadline> {
 public:
  static std::shared_ptr<Deadline> start(runtime::EventLoop& loop, DurationMs limit);
  void on_expiry(std::function<void()> cancel_stage) { cancel_stage_ = std::move(cancel_stage); }
  bool expired() const { return expired_; }
  // At once, as if the time had passed: for an owner that goes away.
  void expire();
  void stop();  // the exchange has ended

 private:
  runtime::Timer timer_;
  std::function<void()> cancel_stage_;
  bool expired_ = false;
};

// Resolves, connects, and for https shakes hands and compares the pinned key, or
// asks the authorities. `done` comes later, once, from the loop.
void open_stream(runtime::EventLoop& loop, const Url& url, const ClientOptions& options,
                 std::shared_ptr<Deadline> deadline, std::function<void(Result<Stream>)> done);

// Sends one request on an open stream and reads the answer.
struct Exchanged {
  Result<HttpResponse> response;
  bool reusable = false;  // another request may follow on the stream
};
void exchange_on(Stream stream, const Url& url, std::string_view target, const HttpRequest& request,
                 std::size_t max_body_bytes, bool keep_alive, std::shared_ptr<Deadline> deadline,
                 std::function<void(Exchanged)> done);

}  // namespace waybill::net
