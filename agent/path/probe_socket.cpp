#include "agent/path/probe_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/path/trace_limits.h"

namespace waybill::agent {

namespace {

// Pending errors are reported by whichever call comes next, so a send may be told of an earlier probe's fate.
constexpr int kSendAttempts = 8;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes.data() + 12, 4);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.length = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
  }
  return result;
}

// `bytes` holds a sockaddr of either family, perhaps unaligned. Empty for any other.
std::optional<IpAddress> from_socket_address(const void* bytes) {
  sa_family_t family;
  std::memcpy(&family, static_cast<const char*>(bytes) + offsetof(sockaddr, sa_family), sizeof family);
  if (family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, bytes, sizeof v4);
    return IpAddress::from_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, bytes, sizeof v6);
  IpAddress address;
  std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
  return address;
}

tl::unexpected<Error> system_failure(const char* what) { return fail(fmt::format("{}: {}", what, strerror(errno))); }

bool is_error_record(const cmsghdr* header) {
  return (header->cmsg_level == SOL_IP && header->cmsg_type == IP_RECVERR) ||
         (header->cmsg_level == SOL_IPV6 && header->cmsg_type == IPV6_RECVERR);
}

std::optional<IcmpError> read_error_record(msghdr& message) {
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    constexpr auto kNeeded = sizeof(sock_extended_err) + sizeof(sockaddr_in);
    if (!is_error_record(header) || header->cmsg_len < CMSG_LEN(kNeeded)) continue;
    sock_extended_err record;
    std::memcpy(&record, CMSG_DATA(header), sizeof record);
    if (record.ee_origin != SO_EE_ORIGIN_ICMP && record.ee_origin != SO_EE_ORIGIN_ICMP6) return std::nullopt;
    // SO_EE_OFFENDER: the router's address follows the record.
    const auto from = from_socket_address(CMSG_DATA(header) + sizeof record);
    if (!from) return std::nullopt;
    IcmpError error;
    error.from = *from;
    error.type = record.ee_type;
    error.code = record.ee_code;
    return error;
  }
  return std::nullopt;
}

int set_option(int descriptor, bool v4, int v4_option, int v6_option, int value) {
  return v4 ? setsockopt(descriptor, SOL_IP, v4_option, &value, sizeof value)
            : setsockopt(descriptor, SOL_IPV6, v6_option, &value, sizeof value);
}

}  // namespace

std::int64_t steady_now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

Result<ProbeSocket> ProbeSocket::open(const IpAddress& source, const IpAddress& destination) {
  const bool v4 = destination.is_v4();
  if (!source.is_unspecified() && source.is_v4() != v4) return fail("the two ends are of different address families");
  ProbeSocket made(socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int descriptor = made.descriptor_;
  if (descriptor < 0) return system_failure("no UDP socket");
  if (set_option(descriptor, v4, IP_RECVERR, IPV6_RECVERR, 1) != 0) return system_failure("no error queue");
  if (!source.is_unspecified()) {
    const auto local = to_socket_address(source, 0);
    if (bind(descriptor, local.get(), local.length) != 0) return system_failure("cannot bind");
  }
  const auto remote = to_socket_address(destination, kDestinationPort);
  if (connect(descriptor, remote.get(), remote.length) != 0) return system_failure("cannot connect");
  sockaddr_storage chosen{};
  socklen_t length = sizeof chosen;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&chosen), &length) != 0) {
    return system_failure("no local address");
  }
  made.local_ = from_socket_address(&chosen).value_or(source);
  return made;
}

ProbeSocket::ProbeSocket(ProbeSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), local_(other.local_) {}

ProbeSocket& ProbeSocket::operator=(ProbeSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(local_, other.local_);
  return *this;
}

ProbeSocket::~ProbeSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status ProbeSocket::send(int ttl, ByteView payload) {
  if (set_option(descriptor_, local_.is_v4(), IP_TTL, IPV6_UNICAST_HOPS, ttl) != 0) return system_failure("no TTL");
  for (int attempt = 0; attempt < kSendAttempts; ++attempt) {
    if (::send(descriptor_, payload.data(), payload.size(), 0) >= 0) return {};
    if (errno == EAGAIN || errno == ENOBUFS) break;
  }
  return system_failure("cannot send");
}

std::vector<IcmpError> ProbeSocket::receive(DurationMs timeout, std::size_t limit) {
  std::vector<IcmpError> errors;
  pollfd waiting{descriptor_, 0, 0};  // POLLERR is always reported; ordinary datagrams are of no interest
  if (poll(&waiting, 1, static_cast<int>(timeout.value)) <= 0) return errors;
  while (errors.size() < limit) {
    std::array<char, 256> payload;
    alignas(cmsghdr) std::array<char, 512> control;
    iovec part{payload.data(), payload.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = recvmsg(descriptor_, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (size < 0) break;
    auto error = read_error_record(message);
    if (!error) continue;
    error->quoted.assign(payload.data(), static_cast<std::size_t>(size));
    error->at_us = steady_now_us();
    errors.push_back(std::move(*error));
  }
  return errors;
}

}  // namespace waybill::agent
