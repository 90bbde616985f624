#pragma once
// Tries whether a TCP port can be reached from here, as those behind a NAT or a firewall cannot tell by themselves.
#include <functional>
#include <memory>

#include "common/runtime/event_loop.h"
#include "common/types/ip.h"

namespace waybill::net {

inline constexpr DurationMs kPortProbeTimeout = seconds(4);  // a SYN that is lost once is sent again within it
inline constexpr std::size_t kMaxPortProbes = 256;           // at once; the others wait
inline constexpr std::size_t kMaxWaitingPortProbes = 100'000;

class PortProbes {
 public:
  explicit PortProbes(runtime::EventLoop& loop);
  ~PortProbes();  // what is under way ends without an answer
  PortProbes(const PortProbes&) = delete;
  PortProbes& operator=(const PortProbes&) = delete;

  // `done` is called on the loop, after this has returned: whether a connection came about, which is closed at once.
  // Beyond kMaxWaitingPortProbes it is dropped uncalled. On the loop.
  void try_port(const Endpoint& endpoint, std::function<void(bool open)> done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace waybill::net
