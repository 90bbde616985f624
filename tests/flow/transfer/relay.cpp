#include "tests/flow/transfer/relay.h"

#include <array>
#include <string>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace waybill::transfer::rig {

namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

tcp::endpoint endpoint_of(const IpAddress& address, std::uint16_t port) {
  return {boost::asio::ip::make_address(address.str()), port};
}

// One caller and the target, both ways.
struct Line : std::enable_shared_from_this<Line> {
  struct Half {
    Half(tcp::socket& source, tcp::socket& destination) : from(source), to(destination) {}

    tcp::socket& from;
    tcp::socket& to;
    std::array<char, 64 << 10> buffer{};
    std::string waiting;  // held back
    bool held = false, writing = false;
  };

  Line(boost::asio::io_context& io, tcp::socket accepted) : caller(std::move(accepted)), target(io) {}

  void carry(Half& half) {
    half.from.async_read_some(boost::asio::buffer(half.buffer),
                              [this, self = shared_from_this(), &half](const ErrorCode& error, std::size_t count) {
                                if (error) return close();
                                half.waiting.append(half.buffer.data(), count);
                                pass_on(half);
                                carry(half);
                              });
  }
  void pass_on(Half& half) {
    if (half.held || half.writing || half.waiting.empty()) return;
    half.writing = true;
    const auto bytes = std::make_shared<std::string>(std::exchange(half.waiting, {}));
    boost::asio::async_write(half.to, boost::asio::buffer(*bytes),
                             [this, self = shared_from_this(), &half, bytes](const ErrorCode& error, std::size_t) {
                               half.writing = false;
                               if (error) return close();
                               pass_on(half);
                             });
  }
  void close() {
    ErrorCode ignored_when_closed_already;
    caller.close(ignored_when_closed_already);
    target.close(ignored_when_closed_already);
  }

  tcp::socket caller, target;
  Half up{caller, target}, down{target, caller};
};

}  // namespace

struct Relay::State {
  State(boost::asio::io_context& context, const IpAddress& own, const Endpoint& to)
      : io(context), acceptor(context, endpoint_of(own, 0)), target(endpoint_of(to.address, to.port)) {}

  void accept() {
    acceptor.async_accept([this](const ErrorCode& error, tcp::socket socket) {
      if (error) return;
      auto line = std::make_shared<Line>(io, std::move(socket));
      lines.push_back(line);
      line->target.async_connect(target, [line](const ErrorCode& failed) {
        if (failed) return line->close();
        line->carry(line->up);
        line->carry(line->down);
      });
      accept();
    });
  }

  boost::asio::io_context& io;
  tcp::acceptor acceptor;
  const tcp::endpoint target;
  std::vector<std::shared_ptr<Line>> lines;
};

Relay::Relay(const IpAddress& own, const Endpoint& target)
    : state_(std::make_unique<State>(io_, own, target)), endpoint_{own, state_->acceptor.local_endpoint().port()} {
  state_->accept();
  thread_ = std::thread([this] { io_.run(); });
}

Relay::~Relay() {
  boost::asio::post(io_, [this] {
    state_->acceptor.close();
    for (const auto& line : state_->lines) line->close();
  });
  thread_.join();
}

void Relay::hold() {
  boost::asio::post(io_, [this] {
    for (const auto& line : state_->lines) line->up.held = true;
  });
}

void Relay::release() {
  boost::asio::post(io_, [this] {
    for (const auto& line : state_->lines) {
      line->up.held = false;
      line->pass_on(line->up);
    }
  });
}

void Relay::lose() {
  boost::asio::post(io_, [this] {
    for (const auto& line : state_->lines) line->close();
    state_->lines.clear();
  });
}

}  // namespace waybill::transfer::rig
