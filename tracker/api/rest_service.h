#pragma once
// The HTTPS API: who may see what (tracker/access), asked over /api/v1 (rest_routes.h). Owned by the loop; reads run on
// StoreReaders, changes on the store's owner, what only the running tracker knows on the loop.
//
// A token is looked up by its SHA-256 with every request, where the request runs: one that was revoked is refused by
// the next. Refusals are problem documents (RFC 9457).
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/net/http_server.h"
#include "common/runtime/event_loop.h"
#include "tracker/access/rate_limit.h"
#include "tracker/access/subject.h"
#include "tracker/api/rest_answer.h"
#include "tracker/api/rest_request.h"
#include "tracker/api/store_readers.h"

namespace waybill::tracker {

struct RestParts {
  // One command as JSON text to its answer as JSON text (tracker/cli/administration.h), on the store's thread.
  std::function<std::string(Store&, const std::string& request)> administer;
  // An answer as CSV (RFC 4180); refused where the command has no table.
  std::function<Result<std::string>(const std::string& command, const std::string& answer)> csv;
  StoreReaders::OpenStore open_reader;
  // `work` runs on the store's owner and returns an answer (administration.h); `then` gets it on the loop, after the
  // tables that it changed were read again. Refused (transient) when the owner is busy.
  std::function<Status(std::function<std::string(Store&)> work, std::function<void(std::string answer)> then)> change;
  // On the loop: a request (administration.h) that the running tracker answers from memory.
  std::function<std::optional<std::string>(const std::string& request)> live;
  std::string openapi;  // packaging/openapi/waybill.yaml
};

class RestService {
 public:
  RestService(runtime::EventLoop& loop, const runtime::Clock& clock, RestParts parts);
  ~RestService();
  static bool is_api(const std::string& path);
  void handle(const net::HttpRequest& request, const net::Respond& respond);

 private:
  struct Call;
  void read(const std::shared_ptr<Call>& call);
  void change(const std::shared_ptr<Call>& call);
  void live(const std::shared_ptr<Call>& call);
  void finish(const Call& call, RestOutcome outcome);
  // The problem where the address or the token asks too often.
  std::optional<net::HttpResponse> check_rate(const net::HttpRequest& request, const std::optional<ByteString>& token);

  runtime::EventLoop& loop_;
  const runtime::Clock& clock_;
  RestParts parts_;
  RateLimit failures_;  // by address
  RateLimit requests_;  // by token
  StoreReaders readers_;
};

}  // namespace waybill::tracker
