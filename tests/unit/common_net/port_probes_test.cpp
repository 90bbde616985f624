#include "common/net/port_probes.h"

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;

TEST_CASE("a port where somebody listens is open, one where nobody does is not; whoever listens sees it close") {
  TestServer server;
  PortProbes probes(server.loop);
  std::vector<std::pair<std::uint16_t, bool>> answers;
  const auto note = [&](std::uint16_t port) { return [&, port](bool open) { answers.emplace_back(port, open); }; };
  const auto listening = server.server->local();
  Endpoint nobody = listening;
  {
    TestServer other;  // its port is free again when it is gone
    nobody = other.server->local();
  }
  probes.try_port(listening, note(listening.port));
  probes.try_port(nobody, note(nobody.port));
  CHECK(answers.empty());  // never before it returns
  REQUIRE(run_until(server.loop, [&] { return answers.size() == 2; }));
  for (const auto& [port, open] : answers) CHECK(open == (port == listening.port));
  CHECK(server.still_serves());
}

TEST_CASE("more than may run at once wait for their turn, and none is answered after the end") {
  TestServer server;
  std::size_t answered = 0;
  {
    PortProbes probes(server.loop);
    const auto many = kMaxPortProbes * 2 + 7;
    for (std::size_t i = 0; i < many; ++i) {
      probes.try_port(server.server->local(), [&](bool open) { answered += open ? 1 : 0; });
    }
    REQUIRE(run_until(server.loop, [&] { return answered == many; }));
    probes.try_port(server.server->local(), [&](bool) { ++answered; });
  }
  const auto before = answered;
  run_for(server.loop, DurationMs{50});
  CHECK(answered == before);
}
