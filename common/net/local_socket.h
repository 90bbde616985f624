#pragma once
// The line between a CLI and its running daemon: a Unix stream socket, mode 0600, one JSON text a line. The client
// sends one request line; the server answers with any number of lines, the last of which has "done": true.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/runtime/event_loop.h"
#include "common/types/result.h"

namespace waybill::net {

constexpr std::size_t kLocalLineBytes = 16 << 20;   // a request: a table to import is in it
constexpr std::size_t kLocalQueueBytes = 64 << 20;  // answer lines that wait for a slow client; one answer line

// Dropping the last reference closes the connection when what was sent has gone out.
class LocalReply {
 public:
  virtual ~LocalReply() = default;
  virtual void send(std::string line) = 0;                     // without line end; nothing once closed
  virtual bool closed() const = 0;                             // the client went away
  virtual void on_closed(std::function<void()> callback) = 0;  // once: it left early (Ctrl-C on a `get`) or had enough
};

class LocalServer {
 public:
  // Takes over a socket file that nobody listens on; fails if somebody does. Serves 64 clients at a time; what it
  // cannot serve it answers itself with {"done":true,"error":"..."}.
  static Result<std::unique_ptr<LocalServer>> start(
      runtime::EventLoop& loop, const std::filesystem::path& path,
      std::function<void(std::string, std::shared_ptr<LocalReply>)> on_request);
  virtual ~LocalServer() = default;  // removes the socket file
};

// Blocking, for the CLI: sends the request and calls on_line for every answer line until on_line returns false (that
// was the last) or the server goes away (an error). Fails with transient=true when nobody listens.
Status local_request(const std::filesystem::path& path, const std::string& request,
                     const std::function<bool(std::string line)>& on_line);

}  // namespace waybill::net
