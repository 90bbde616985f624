// The blocking end, for a CLI that has nothing else to do; plain POSIX, so that it needs no loop.
#include <cerrno>
#include <cstring>

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/net/local_socket.h"
#include "common/types/file_descriptor.h"

namespace waybill::net {

namespace {

Status connect_to(int fd, const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    return refuse(fmt::format("the socket's path {} is longer than the {} bytes that a Unix socket takes",
                              path.string(), sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
  const int code = errno;
  auto text = fmt::format("nobody answers at {}: {}", path.string(), std::strerror(code));
  if (code == ENOENT || code == ECONNREFUSED || code == EAGAIN) return fail_transient(std::move(text));
  return fail(std::move(text));
}

Status send_line(int fd, std::string line) {
  line += '\n';
  std::string_view rest(line);
  while (!rest.empty()) {
    const auto sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail_transient(fmt::format("the daemon went away: {}", std::strerror(errno)));
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

// Hands on every whole line in `input`, of which the first `searched` bytes hold no line end; true when the last one
// was it.
bool take_lines(std::string& input, std::size_t searched, const std::function<bool(std::string)>& on_line) {
  std::size_t start = 0;
  for (auto end = input.find('\n', searched); end != std::string::npos; end = input.find('\n', start)) {
    if (!on_line(input.substr(start, end - start))) return true;
    start = end + 1;
  }
  input.erase(0, start);
  return false;
}

}  // namespace

Status local_request(const std::filesystem::path& path, const std::string& request,
                     const std::function<bool(std::string line)>& on_line) {
  if (request.size() >= kLocalLineBytes || request.find('\n') != std::string::npos) {
    return refuse(fmt::format("a request to the daemon is one line of less than {} bytes", kLocalLineBytes));
  }
  const FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return fail(fmt::format("cannot make a socket: {}", std::strerror(errno)));
  if (auto connected = connect_to(fd.get(), path); !connected) return connected;
  if (auto sent = send_line(fd.get(), request); !sent) return sent;
  std::string input;
  char piece[16384];
  for (;;) {
    const auto size = ::recv(fd.get(), piece, sizeof piece, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return fail_transient("the daemon went away before it had answered");
    const auto searched = input.size();
    input.append(piece, static_cast<std::size_t>(size));
    if (take_lines(input, searched, on_line)) return {};
    if (input.size() > kLocalQueueBytes) {
      return refuse(fmt::format("the daemon answers with a line of more than {} bytes", kLocalQueueBytes));
    }
  }
}

}  // namespace waybill::net
