#pragma once
// A TCP relay in front of an agent, as a line that may fail: it can hold back what callers send, and lose it.
#include <atomic>
#include <memory>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "common/types/ip.h"

namespace waybill::transfer::rig {

class Relay {
 public:
  // Listens on a free port of `own`; each connection is carried on to `target`.
  Relay(const IpAddress& own, const Endpoint& target);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  Endpoint endpoint() const { return endpoint_; }
  void hold();     // nothing that callers send goes on
  void release();  // it goes on, and what was held back as well
  // Breaks all connections: what was held back is lost. Later callers are carried on.
  void lose();

 private:
  struct State;
  boost::asio::io_context io_;
  std::unique_ptr<State> state_;
  Endpoint endpoint_;
  std::thread thread_;
};

}  // namespace waybill::transfer::rig
