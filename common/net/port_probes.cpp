#include "common/net/port_probes.h"

#include <deque>

#include <boost/asio/ip/tcp.hpp>

#include "common/net/endpoint_asio.h"
#include "common/runtime/event_loop_asio.h"

namespace waybill::net {

namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

}  // namespace

struct PortProbes::Impl : std::enable_shared_from_this<PortProbes::Impl> {
  struct Waiting {
    Endpoint endpoint;
    std::function<void(bool)> done;
  };
  struct Probe {
    explicit Probe(boost::asio::io_context& context) : socket(context) {}
    tcp::socket socket;
    runtime::Timer timer;
  };

  explicit Impl(runtime::EventLoop& owner) : loop(owner) {}

  void start_next() {
    while (under_way < kMaxPortProbes && !waiting.empty()) {
      auto next = std::move(waiting.front());
      waiting.pop_front();
      start(std::move(next));
    }
  }

  void start(Waiting next) {
    ++under_way;
    auto probe = std::make_shared<Probe>(loop.impl().context);
    probe->timer = loop.after(kPortProbeTimeout, [probe = std::weak_ptr(probe)] {
      ErrorCode closed_anyway;
      if (const auto late = probe.lock()) late->socket.close(closed_anyway);
    });
    probe->socket.async_connect(to_asio(next.endpoint), [self = shared_from_this(), probe,
                                                         done = std::move(next.done)](const ErrorCode& error) {
      probe->timer.cancel();
      ErrorCode closed_anyway;
      probe->socket.close(closed_anyway);
      --self->under_way;
      if (!self->alive) return;
      done(!error);
      self->start_next();
    });
  }

  runtime::EventLoop& loop;
  std::deque<Waiting> waiting;
  std::size_t under_way = 0;
  bool alive = true;
};

PortProbes::PortProbes(runtime::EventLoop& loop) : impl_(std::make_shared<Impl>(loop)) {}

PortProbes::~PortProbes() {
  impl_->alive = false;
  impl_->waiting.clear();
}

void PortProbes::try_port(const Endpoint& endpoint, std::function<void(bool)> done) {
  impl_->loop.assert_owner();
  if (impl_->waiting.size() >= kMaxWaitingPortProbes) return;
  impl_->waiting.push_back({endpoint, std::move(done)});
  impl_->start_next();
}

}  // namespace waybill::net
