#pragma once
// A UDP socket that needs no privilege: it sends probes with a chosen TTL and reads what routers say about them from
// its error queue (ip(7), IP_RECVERR). Owned by one thread.
#include <cstdint>
#include <vector>

#include "agent/path/probe_reply.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::agent {

// One ICMP error as the kernel handed it out.
struct IcmpError {
  IpAddress from;  // the router's own address
  int type = 0;    // by the family's own numbers
  int code = 0;
  ByteString quoted;       // as much of the probe's payload as the router quoted; may be empty
  std::int64_t at_us = 0;  // steady clock
};

std::int64_t steady_now_us();

class ProbeSocket {
 public:
  // Binds to the source (an unspecified one lets the kernel choose) and a port of the kernel's, connects to the
  // destination's kDestinationPort. Both ports stay for the socket's life. Sends nothing. Fails with the system's word:
  // no socket permitted, no route, an address that is not ours.
  static Result<ProbeSocket> open(const IpAddress& source, const IpAddress& destination);
  ProbeSocket(ProbeSocket&& other) noexcept;
  ProbeSocket& operator=(ProbeSocket&& other) noexcept;
  ~ProbeSocket();

  const IpAddress& local_address() const { return local_; }
  IpFamily family() const { return local_.is_v4() ? IpFamily::v4 : IpFamily::v6; }
  Status send(int ttl, ByteView payload);
  // Waits until an error is there or the timeout ends, then returns all that are there, at most `limit`.
  std::vector<IcmpError> receive(DurationMs timeout, std::size_t limit);

 private:
  explicit ProbeSocket(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
  IpAddress local_;
};

}  // namespace waybill::agent
