#include "common/net/local_socket.h"

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;
namespace fs = std::filesystem;

namespace {

struct Daemon {
  Daemon() {
    std::string name = (fs::temp_directory_path() / "waybill-line-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    path = folder / "socket";
  }
  ~Daemon() {
    server.reset();
    fs::remove_all(folder);
  }

  Result<std::unique_ptr<LocalServer>> listen() {
    return LocalServer::start(loop, path, [this](std::string line, std::shared_ptr<LocalReply> reply) {
      requests.push_back(line);
      on_request(std::move(line), std::move(reply));
    });
  }
  void start() {
    auto started = listen();
    REQUIRE(started);
    server = std::move(*started);
  }
  // The blocking client on a thread of its own, as it is a process of its own elsewhere.
  Status ask(const std::string& request, std::vector<std::string>& lines, std::size_t wanted) {
    auto asked = std::async(std::launch::async, [&] {
      return local_request(path, request, [&](std::string line) {
        lines.push_back(std::move(line));
        return lines.size() < wanted;
      });
    });
    REQUIRE(run_until(loop, [&] { return asked.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    return asked.get();
  }

  runtime::EventLoop loop{"test"};
  fs::path folder, path;
  std::vector<std::string> requests;
  std::function<void(std::string, std::shared_ptr<LocalReply>)> on_request =
      [](const std::string& line, const std::shared_ptr<LocalReply>& reply) {
        reply->send("one " + line);
        reply->send("two");
      };
  std::unique_ptr<LocalServer> server;
};

class RawLocalClient {
 public:
  explicit RawLocalClient(const fs::path& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.native().size() < sizeof address.sun_path);
    path.native().copy(address.sun_path, sizeof address.sun_path);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~RawLocalClient() { ::close(fd_); }
  RawLocalClient(const RawLocalClient&) = delete;
  RawLocalClient& operator=(const RawLocalClient&) = delete;

  // Sends what there is room for; returns how much.
  std::size_t send(std::string_view text) {
    const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  bool ended() {
    char piece[4096];
    for (;;) {
      const auto size = ::recv(fd_, piece, sizeof piece, 0);
      if (size > 0) received.append(piece, static_cast<std::size_t>(size));
      if (size == 0) return true;
      if (size < 0) return errno != EAGAIN;
    }
  }
  std::string received;

 private:
  int fd_;
};

}  // namespace

TEST_CASE("a request and its lines, through a socket that is its owner's alone") {
  Daemon daemon;
  daemon.start();
  struct stat facts {};
  REQUIRE(::stat(daemon.path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0600);
  std::vector<std::string> lines;
  REQUIRE(daemon.ask("status", lines, 2));
  CHECK(lines == std::vector<std::string>{"one status", "two"});
  CHECK(daemon.requests == std::vector<std::string>{"status"});
}

TEST_CASE("large lines in both directions") {
  Daemon daemon;
  daemon.on_request = [](const std::string& line, const std::shared_ptr<LocalReply>& reply) {
    reply->send(std::string(20 << 20, 'r') + std::to_string(line.size()));
  };
  daemon.start();
  std::vector<std::string> lines;
  REQUIRE(daemon.ask(std::string(900'000, 'q'), lines, 1));
  CHECK(lines[0].size() == (20 << 20) + 6);
}

TEST_CASE("nobody listens: a transient failure, with a file left behind or without") {
  Daemon daemon;
  std::vector<std::string> lines;
  for (int round = 0; round < 2; ++round) {
    const auto asked = daemon.ask("status", lines, 1);
    REQUIRE_FALSE(asked);
    CHECK(asked.error().transient);
    CHECK(asked.error().message.find(daemon.path.string()) != std::string::npos);
    if (round == 1) break;
    // As a killed daemon leaves it: bound, and nobody there.
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    daemon.path.native().copy(address.sun_path, sizeof address.sun_path);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(fd);
  }
  REQUIRE(fs::exists(daemon.path));
  daemon.start();
  CHECK(daemon.ask("status", lines, 2));
}

TEST_CASE("a socket in use, a file that is none, and an impossible path are refused and left alone") {
  Daemon daemon;
  daemon.start();
  const auto second = daemon.listen();
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("listens on") != std::string::npos);
  std::vector<std::string> lines;
  CHECK(daemon.ask("status", lines, 2));

  daemon.server.reset();
  CHECK_FALSE(fs::exists(daemon.path));
  std::ofstream(daemon.path) << "precious";
  const auto file = daemon.listen();
  REQUIRE_FALSE(file);
  CHECK(file.error().message.find("no socket") != std::string::npos);
  CHECK(fs::file_size(daemon.path) == 8);

  daemon.path = daemon.folder / std::string(120, 'x');
  CHECK(daemon.listen().error().message.find("longer than") != std::string::npos);
  CHECK_FALSE(local_request(daemon.path, "x", [](std::string) { return false; }));
  daemon.path = daemon.folder / "absent" / "socket";
  CHECK_FALSE(daemon.listen());
}

TEST_CASE("the daemon hears once that its client left, and may go on talking to nobody") {
  Daemon daemon;
  std::shared_ptr<LocalReply> kept;
  int closed = 0;
  daemon.on_request = [&](const std::string&, std::shared_ptr<LocalReply> reply) {
    reply->on_closed([&] { ++closed; });
    kept = std::move(reply);
  };
  daemon.start();
  {
    RawLocalClient client(daemon.path);
    REQUIRE(client.send("get x\n") == 6);
    REQUIRE(run_until(daemon.loop, [&] { return kept != nullptr; }));
    kept->send("progress");
    REQUIRE(run_until(daemon.loop, [&] { return !client.ended() && client.received == "progress\n"; }));
    CHECK_FALSE(kept->closed());
  }
  REQUIRE(run_until(daemon.loop, [&] { return closed == 1; }));
  CHECK(kept->closed());
  kept->send("to nobody");
  run_for(daemon.loop, DurationMs{20});
  CHECK(closed == 1);
}

TEST_CASE("a reply that the daemon drops, or a daemon that stops, is a transient failure at the client") {
  Daemon daemon;
  daemon.on_request = [](const std::string&, const std::shared_ptr<LocalReply>& reply) { reply->send("only this"); };
  daemon.start();
  std::vector<std::string> lines;
  const auto dropped = daemon.ask("status", lines, 2);
  REQUIRE_FALSE(dropped);
  CHECK(dropped.error().transient);
  CHECK(lines == std::vector<std::string>{"only this"});

  std::shared_ptr<LocalReply> kept;
  daemon.on_request = [&](const std::string&, std::shared_ptr<LocalReply> reply) {
    kept = std::move(reply);
    daemon.server.reset();
  };
  CHECK_FALSE(daemon.ask("status", lines, 2));
  CHECK(kept->closed());
}

TEST_CASE("torn and oversized requests never reach the daemon, which goes on serving") {
  Daemon daemon;
  daemon.start();
  {
    RawLocalClient torn(daemon.path), silent(daemon.path);
    torn.send("half a line");
  }
  RawLocalClient large(daemon.path);
  std::size_t sent = 0;
  const std::string piece(10'000, 'x');
  REQUIRE(run_until(daemon.loop, [&] {
    if (sent < 2 * kLocalLineBytes) sent += large.send(piece);
    return large.ended();
  }));
  CHECK(large.received.find("longer than a line") != std::string::npos);
  CHECK(large.received.find(R"("done":true)") != std::string::npos);
  CHECK(daemon.requests.empty());
  std::vector<std::string> lines;
  CHECK(daemon.ask("status", lines, 2));
  CHECK_FALSE(local_request(daemon.path, "two\nlines", [](std::string) { return false; }));
  CHECK_FALSE(local_request(daemon.path, std::string(kLocalLineBytes, 'x'), [](std::string) { return false; }));
}

TEST_CASE("more clients than places are told so, and find a place later") {
  Daemon daemon;
  daemon.start();
  std::vector<std::unique_ptr<RawLocalClient>> holders;
  for (int i = 0; i < 64; ++i) {
    holders.push_back(std::make_unique<RawLocalClient>(daemon.path));
    run_for(daemon.loop, DurationMs{1});
  }
  RawLocalClient surplus(daemon.path);
  REQUIRE(run_until(daemon.loop, [&] { return surplus.ended(); }));
  CHECK(surplus.received.find("too many") != std::string::npos);
  holders.clear();
  run_for(daemon.loop, DurationMs{20});
  std::vector<std::string> lines;
  CHECK(daemon.ask("status", lines, 2));
}

TEST_CASE("a client that does not read holds a bounded queue") {
  Daemon daemon;
  int closed = 0;
  std::shared_ptr<LocalReply> kept;
  daemon.on_request = [&](const std::string&, std::shared_ptr<LocalReply> reply) {
    reply->on_closed([&] { ++closed; });
    kept = std::move(reply);
  };
  daemon.start();
  RawLocalClient client(daemon.path);
  REQUIRE(client.send("report\n") == 7);
  REQUIRE(run_until(daemon.loop, [&] { return kept != nullptr; }));
  for (int i = 0; i < 7; ++i) kept->send(std::string(10 << 20, 'x'));
  REQUIRE(run_until(daemon.loop, [&] { return closed == 1; }));
}
