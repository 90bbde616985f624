#include "common/net/local_socket.h"

#include <cstring>
#include <deque>
#include <unordered_map>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/runtime/event_loop_asio.h"

namespace waybill::net {

namespace {

using Local = boost::asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;
using OnRequest = std::function<void(std::string, std::shared_ptr<LocalReply>)>;

constexpr std::size_t kMaxConnections = 64;
constexpr DurationMs kRequestTime = seconds(30);  // in which the request line must have come
constexpr DurationMs kPauseWithoutDescriptors = {100};

// One client. It lives as long as the reply that the daemon holds, or an operation under way.
class LocalConnection : public std::enable_shared_from_this<LocalConnection> {
 public:
  LocalConnection(runtime::EventLoop& loop, Local::socket socket, OnRequest on_request)
      : loop_(loop), socket_(std::move(socket)), input_(kLocalLineBytes), on_request_(std::move(on_request)) {}

  void start();
  void send(std::string line);
  void finish_when_sent() {
    on_closed_ = nullptr;
    finishing_ = true;
    if (queue_.empty()) close();
  }
  void refuse(std::string_view why) {
    send(fmt::format(R"({{"done":true,"error":"{}"}})", why));
    finish_when_sent();
  }
  void on_closed(std::function<void()> callback) { on_closed_ = std::move(callback); }
  bool closed() const { return closed_; }
  void set_last_word(std::function<void()> last_word) { last_word_ = std::move(last_word); }

  void close() {
    if (closed_) return;
    closed_ = true;
    limit_.cancel();
    ErrorCode nothing_more_to_lose;
    socket_.close(nothing_more_to_lose);
    if (const auto call = std::exchange(last_word_, nullptr)) call();
    if (const auto call = std::exchange(on_closed_, nullptr)) call();
  }

 private:
  void write_next();
  void watch_for_end();

  runtime::EventLoop& loop_;
  Local::socket socket_;
  boost::asio::streambuf input_;
  OnRequest on_request_;
  std::function<void()> on_closed_, last_word_;
  std::deque<std::string> queue_;  // the first one is being written
  std::size_t queued_bytes_ = 0;
  bool closed_ = false, finishing_ = false;
  char scrap_ = 0;
  runtime::Timer limit_;
};

class ReplyHandle final : public LocalReply {
 public:
  explicit ReplyHandle(std::shared_ptr<LocalConnection> connection) : connection_(std::move(connection)) {}
  ~ReplyHandle() override { connection_->finish_when_sent(); }
  void send(std::string line) override { connection_->send(std::move(line)); }
  bool closed() const override { return connection_->closed(); }
  void on_closed(std::function<void()> callback) override { connection_->on_closed(std::move(callback)); }

 private:
  std::shared_ptr<LocalConnection> connection_;
};

void LocalConnection::start() {
  limit_ = loop_.after(kRequestTime, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close();
  });
  boost::asio::async_read_until(socket_, input_, '\n',
                                [self = shared_from_this()](const ErrorCode& error, std::size_t size) {
                                  if (error == boost::asio::error::not_found)
                                    return self->refuse("the request is longer than a line may be");
                                  if (error) return self->close();
                                  self->limit_.cancel();
                                  const auto* text = static_cast<const char*>(self->input_.data().data());
                                  std::string line(text, size - 1);
                                  self->watch_for_end();
                                  const auto on_request = std::exchange(self->on_request_, nullptr);
                                  on_request(std::move(line), std::make_shared<ReplyHandle>(self));
                                });
}

// The client sends one line only, so the next thing to read is its end.
void LocalConnection::watch_for_end() {
  socket_.async_read_some(boost::asio::buffer(&scrap_, 1),
                          [self = shared_from_this()](const ErrorCode&, std::size_t) { self->close(); });
}

void LocalConnection::send(std::string line) {
  loop_.assert_owner();
  if (closed_) return;
  queued_bytes_ += line.size() + 1;
  if (queued_bytes_ > kLocalQueueBytes) {
    // The client sees a torn answer; it has stopped reading anyway.
    return loop_.post([self = shared_from_this()] { self->close(); });
  }
  queue_.push_back(std::move(line) + "\n");
  if (queue_.size() == 1) write_next();
}

void LocalConnection::write_next() {
  boost::asio::async_write(socket_, boost::asio::buffer(queue_.front()),
                           [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                             if (error) return self->close();
                             self->queued_bytes_ -= self->queue_.front().size();
                             self->queue_.pop_front();
                             if (!self->queue_.empty()) return self->write_next();
                             if (self->finishing_) self->close();
                           });
}

class LocalServerImpl final : public LocalServer {
 public:
  LocalServerImpl(runtime::EventLoop& loop, std::filesystem::path path, OnRequest on_request)
      : loop_(loop), path_(std::move(path)), on_request_(std::move(on_request)), acceptor_(loop.impl().context) {}

  ~LocalServerImpl() override {
    *alive_ = false;
    ErrorCode nothing_more_to_lose;
    acceptor_.close(nothing_more_to_lose);
    if (bound_) ::unlink(path_.c_str());
    const auto open = std::move(open_);
    for (const auto& [id, weak] : open) {
      if (const auto connection = weak.lock()) connection->close();
    }
  }

  Status listen() {
    if (path_.native().size() >= sizeof(sockaddr_un::sun_path)) {
      return refuse(fmt::format("the socket's path {} is longer than the {} bytes that a Unix socket takes",
                                path_.string(), sizeof(sockaddr_un::sun_path) - 1));
    }
    if (auto free = make_room(); !free) return free;
    ErrorCode error;
    acceptor_.open(Local(), error);
    if (!error) acceptor_.bind(Local::endpoint(path_.string()), error);
    bound_ = !error;
    // Nobody can connect before listen(), so the mode is right from the first connection on.
    if (!error && ::chmod(path_.c_str(), 0600) != 0) error = ErrorCode(errno, boost::system::system_category());
    if (!error) acceptor_.listen(static_cast<int>(kMaxConnections), error);
    if (error) return fail(fmt::format("cannot listen on {}: {}", path_.string(), error.message()));
    accept();
    return {};
  }

 private:
  // Removes a socket file that a killed daemon left behind, and nothing else.
  Status make_room() {
    struct stat facts {};
    if (::lstat(path_.c_str(), &facts) != 0) return {};  // bind() tells of anything worse than absence
    if (!S_ISSOCK(facts.st_mode)) return fail(fmt::format("{} is there already and is no socket", path_.string()));
    Local::socket probe(loop_.impl().context);
    ErrorCode error;
    probe.connect(Local::endpoint(path_.string()), error);
    if (!error) return fail(fmt::format("another process listens on {} already", path_.string()));
    if (error != boost::asio::error::connection_refused) {
      return fail(fmt::format("cannot tell whether somebody listens on {}: {}", path_.string(), error.message()));
    }
    ::unlink(path_.c_str());
    return {};
  }

  void accept() {
    acceptor_.async_accept([this, alive = alive_](const ErrorCode& error, Local::socket socket) {
      if (!*alive) return;
      if (!error) {
        serve(std::move(socket));
        return accept();
      }
      pause_ = loop_.after(kPauseWithoutDescriptors, [this] { accept(); });
    });
  }

  void serve(Local::socket socket) {
    const auto connection = std::make_shared<LocalConnection>(loop_, std::move(socket), on_request_);
    if (open_.size() >= kMaxConnections) return connection->refuse("too many commands run already; try again later");
    const auto id = ++last_id_;
    open_[id] = connection;
    connection->set_last_word([this, alive = alive_, id] {
      if (*alive) open_.erase(id);
    });
    connection->start();
  }

  runtime::EventLoop& loop_;
  const std::filesystem::path path_;
  OnRequest on_request_;
  Local::acceptor acceptor_;
  bool bound_ = false;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, std::weak_ptr<LocalConnection>> open_;
  runtime::Timer pause_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

Result<std::unique_ptr<LocalServer>> LocalServer::start(runtime::EventLoop& loop, const std::filesystem::path& path,
                                                        OnRequest on_request) {
  loop.assert_owner();
  auto server = std::make_unique<LocalServerImpl>(loop, path, std::move(on_request));
  if (auto listening = server->listen(); !listening) return pass_on(listening.error(), "the local socket");
  return server;
}

}  // namespace waybill::net
