#pragma once
// What a running agent answers on its socket (agent.sock): one JSON object a line asks, lines answer, the last of which
// has "done": true and "ok". README.md lists the requests.
#include <memory>
#include <string>

#include "agent/cli/agent_app.h"
#include "common/net/local_socket.h"

namespace waybill::cli {

// Never fails: what cannot be understood gets an answer that says so.
void answer_request(AgentApp& app, const std::string& line, const std::shared_ptr<net::LocalReply>& reply);

}  // namespace waybill::cli
