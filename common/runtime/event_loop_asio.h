#pragma once
// The io_context inside an EventLoop, for the .cpp files that drive sockets (common/net) or hand the context to another
// library (libtorrent's session in agent/transfer). Never include it from a header that other folders include.
#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "common/runtime/event_loop.h"

namespace waybill::runtime {

struct EventLoop::Impl {
  explicit Impl(std::string loop_name) : name(std::move(loop_name)) {}

  bool is_owner() const {
    const auto running = owner.load(std::memory_order_acquire);
    return running == std::thread::id{} || running == std::this_thread::get_id();
  }

  const std::string name;
  std::atomic<std::thread::id> owner{};  // the thread inside run(); none while no thread is
  // One thread runs it (hint 1 lets Asio skip wake-ups); posting from other threads stays safe.
  // Declared after the members above: handlers that die with it may still cancel timers, which ask for the owner.
  boost::asio::io_context context{1};
  // run() goes on while there is nothing to do. Held from start to end: when Asio counts no work, it stops for good.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running{context.get_executor()};
  std::optional<boost::asio::signal_set> signals;
};

}  // namespace waybill::runtime
