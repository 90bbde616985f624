#pragma once
// One TCP connection, with TLS or without, as one type: so that the HTTP and WebSocket templates are compiled once.
// A handle: copies share the connection. It meets Asio's AsyncReadStream and AsyncWriteStream.
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>

#include "common/types/ip.h"

namespace waybill::net {

class Stream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;
  using next_layer_type = Socket;
  using Done = std::function<void(const boost::system::error_code&)>;

  explicit Stream(Socket socket) : state_(std::make_shared<State>(std::move(socket))) {}

  executor_type get_executor() { return state_->socket.get_executor(); }
  next_layer_type& next_layer() { return state_->socket; }
  const next_layer_type& next_layer() const { return state_->socket; }
  Endpoint remote() const { return state_->remote; }  // unspecified when the peer was gone already
  Endpoint local() const { return state_->local; }

  void handshake_as_server(boost::asio::ssl::context& context, Done done);
  // `host` is a name, which is sent as SNI, or an address. Where the context verifies certificates, the server's must
  // be for it.
  void handshake_as_client(boost::asio::ssl::context& context, const std::string& host, Done done);
  // The TLS session, after a handshake was begun; null on plain connections.
  SSL* native_tls() const { return state_->tls ? state_->tls->native_handle() : nullptr; }

  // True when an idle connection is no longer good for a request: the peer closed it or says something unasked.
  bool is_stale() const;
  // Ends it so that what was written still arrives: close_notify, FIN, then reads and drops what the peer sends until
  // its own end, kDrainBytes or a kDrainMs pause. `done` comes later, once, from the loop.
  void finish(std::function<void()> done);
  void close();  // at once; operations under way complete with an error

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    if (state_->tls) return state_->tls->async_read_some(buffers, std::forward<Handler>(handler));
    return state_->socket.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    if (!state_->tls) return state_->socket.async_write_some(buffers, std::forward<Handler>(handler));
    return state_->tls->async_write_some(state_->one_record(buffers), std::forward<Handler>(handler));
  }

 private:
  struct State {
    explicit State(Socket connected);

    // Asio makes a TLS record of the first buffer alone, which for a frame header is a record and a segment of two
    // bytes. Its start is therefore joined with what follows; little, as the buffer stays with the connection.
    template <typename Buffers>
    boost::asio::const_buffer one_record(const Buffers& buffers) {
      constexpr std::size_t kJoinedBytes = 4096;
      std::size_t filled = 0;
      boost::asio::const_buffer only;
      for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
           ++it) {
        const boost::asio::const_buffer part(*it);
        if (part.size() > 0) {
          filled += part.size();
          if (filled == part.size()) only = part;
        }
      }
      if (filled == only.size()) return only;
      joined.resize(std::min(filled, kJoinedBytes));
      return {joined.data(), boost::asio::buffer_copy(boost::asio::buffer(joined), buffers)};
    }

    Socket socket;
    std::optional<boost::asio::ssl::stream<Socket&>> tls;
    std::string joined;  // one write at a time, so one such buffer
    Endpoint remote, local;
  };
  class Finishing;

  std::shared_ptr<State> state_;
};

// Beast's way to end the TCP connection below a WebSocket; found by argument-dependent look-up.
template <typename Handler>
void async_teardown(boost::beast::role_type, Stream& stream, Handler&& handler) {
  const auto shared = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
  stream.finish([shared] { (*shared)(boost::system::error_code{}); });
}

}  // namespace waybill::net
