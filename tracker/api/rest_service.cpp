#include "tracker/api/rest_service.h"

#include <nlohmann/json.hpp>

#include "common/runtime/log.h"
#include "tracker/access/token.h"

namespace waybill::tracker {

using net::HttpRequest;
using net::HttpResponse;
using net::Respond;
using nlohmann::json;

namespace {

// Wrong tokens from one address: so many at once, then one more each so long.
constexpr int kFailures = 20;
constexpr DurationMs kFailurePause = seconds(6);
// Requests with one token.
constexpr int kRequests = 200;
constexpr DurationMs kRequestPause{50};
constexpr std::size_t kKeys = 10'000;  // addresses and tokens that are remembered
// Larger answers are refused: they are to be asked for bit by bit.
constexpr std::size_t kMaxAnswerBytes = 64 << 20;

std::string header(const HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

HttpResponse found(std::string body, const char* type) {
  return {200, {{"content-type", type}, {"cache-control", "no-store"}}, std::move(body)};
}

HttpResponse too_many(const char* detail, DurationMs pause) {
  auto response = problem(429, "rate", detail);
  response.headers["retry-after"] = std::to_string((pause.value + 999) / 1000);
  return response;
}

HttpResponse not_allowed(const std::vector<std::string>& methods) {
  std::string allowed;
  for (const auto& method : methods) allowed += (allowed.empty() ? "" : ", ") + method;
  auto response = problem(405, "method", "this path has " + allowed);
  response.headers["allow"] = allowed;
  return response;
}

bool is_json(const std::string& content_type) { return content_type.starts_with("application/json"); }

}  // namespace

// One request under way.
struct RestService::Call {
  Respond respond;
  RestMatch match;
  RestFormat format = RestFormat::json;
  ByteString token;  // its hash
  std::string from;  // the other end's address
  RestQuestion question;
  const RestRoute& route() const { return *match.route; }
};

RestService::RestService(runtime::EventLoop& loop, const runtime::Clock& clock, RestParts parts)
    : loop_(loop),
      clock_(clock),
      parts_(std::move(parts)),
      failures_(kFailures, kFailurePause, kKeys),
      requests_(kRequests, kRequestPause, kKeys),
      readers_(parts_.open_reader, clock) {}

RestService::~RestService() = default;

bool RestService::is_api(const std::string& path) {
  return path.starts_with(kApiPath) && (path.size() == kApiPath.size() || path[kApiPath.size()] == '/');
}

std::optional<HttpResponse> RestService::check_rate(const HttpRequest& request,
                                                    const std::optional<ByteString>& token) {
  const auto now = clock_.monotonic();
  const auto address = request.remote.address.str();
  if (failures_.full(address, now)) {
    return too_many("too many requests without a token that is in force came from this address", failures_.pause());
  }
  if (!token) {
    failures_.count(address, now);
    return unauthorised();
  }
  if (requests_.full(*token, now)) return too_many("too many requests came with this token", seconds(1));
  requests_.count(*token, now);
  return std::nullopt;
}

void RestService::handle(const HttpRequest& request, const Respond& respond) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  const auto path = request.path();
  if (get && path == kOpenApiPath) return respond(found(parts_.openapi, "application/yaml"));
  if (get && path == kApiPath) return respond(found(rest_index(), "application/json"));
  const auto target = read_rest_target(request.target);
  if (!target) return respond(problem(400, "arguments", target.error().message));
  auto call = std::make_shared<Call>();
  call->match = match_route(request.method, target->segments);
  if (call->match.allowed.empty()) return respond(problem(404, "path", "there is nothing here"));
  if (call->match.route == nullptr) return respond(not_allowed(call->match.allowed));
  const auto token = bearer_hash(header(request, "authorization"));
  if (auto refused = check_rate(request, token)) return respond(*std::move(refused));
  if (request.body.size() > kMaxRestBodyBytes) return respond(problem(413, "body", "the body is larger than 1 MiB"));
  if (!request.body.empty() && !is_json(header(request, "content-type"))) {
    return respond(problem(415, "body", "the body is one application/json object"));
  }
  const auto format = choose_format(call->route(), *target, header(request, "accept"));
  if (!format) return respond(problem(format.error().status, "format", format.error().message));
  auto arguments = read_rest_arguments(call->match, *target, request.body);
  if (!arguments) return respond(problem(400, "arguments", arguments.error().message));
  call->respond = respond;
  call->format = *format;
  call->token = *token;
  call->from = request.remote.address.str();
  call->question = {call->route().command, arguments->dump()};
  switch (call->route().work) {
    case RestWork::reads:
      return read(call);
    case RestWork::live:
      return live(call);
    case RestWork::changes:
      return change(call);
  }
}

void RestService::read(const std::shared_ptr<Call>& call) {
  const auto posted = readers_.post([this, call](Result<Store*> store) {
    RestOutcome outcome;
    if (!store) {
      outcome.refused = busy(store.error().message, seconds(5));
    } else {
      outcome = answer_rest(**store, call->token, call->route(), call->question, clock_.now(), parts_.administer);
    }
    if (!outcome.refused && call->format == RestFormat::csv) {
      auto csv = parts_.csv(call->question.command, outcome.answer);
      if (csv) {
        outcome.answer = *std::move(csv);
      } else {
        outcome.refused = problem(406, "format", csv.error().message);
      }
    } else if (!outcome.refused) {
      outcome.answer =
          json::parse(outcome.answer).at("result").dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    }
    loop_.post([this, call, outcome = std::move(outcome)]() mutable { finish(*call, std::move(outcome)); });
  });
  if (!posted) call->respond(busy("too much is asked at once", seconds(5)));
}

// Who asks is told by a reader; the answer is the loop's own.
void RestService::live(const std::shared_ptr<Call>& call) {
  const auto posted = readers_.post([this, call](Result<Store*> store) {
    RestOutcome outcome;
    if (!store) {
      outcome.refused = busy(store.error().message, seconds(5));
    } else {
      outcome = answer_rest(**store, call->token, call->route(), call->question, clock_.now(), nullptr);
    }
    loop_.post([this, call, outcome = std::move(outcome)]() mutable {
      if (!outcome.refused) {
        const auto answer = parts_.live(outcome.answer).value_or("{}");
        outcome.refused = refusal_of(call->route(), answer);
        if (!outcome.refused) outcome.answer = json::parse(answer).at("result").dump(2) + "\n";
      }
      finish(*call, std::move(outcome));
    });
  });
  if (!posted) call->respond(busy("too much is asked at once", seconds(5)));
}

void RestService::change(const std::shared_ptr<Call>& call) {
  const auto outcome = std::make_shared<RestOutcome>();
  const auto work = [this, call, outcome](Store& store) {
    *outcome = answer_rest(store, call->token, call->route(), call->question, clock_.now(), parts_.administer);
    return outcome->answer;
  };
  const auto asked = parts_.change(work, [this, call, outcome](const std::string& answer) {
    if (!outcome->refused) {
      outcome->answer = json::parse(answer).at("result").dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    }
    finish(*call, std::move(*outcome));
  });
  if (!asked) call->respond(busy("the tracker is busy", seconds(5)));
}

// Tokens and arguments are not logged.
void RestService::finish(const Call& call, RestOutcome outcome) {
  if (!outcome.who && outcome.refused && outcome.refused->status == 401) {
    failures_.count(call.from, clock_.monotonic());
  }
  if (!outcome.refused && outcome.answer.size() > kMaxAnswerBytes) {
    outcome.refused = problem(400, "arguments", "the answer is larger than 64 MiB: ask for less at once");
  }
  const char* type = call.format == RestFormat::csv ? "text/csv; charset=utf-8" : "application/json";
  auto response = outcome.refused ? *std::move(outcome.refused) : found(std::move(outcome.answer), type);
  if (call.route().work == RestWork::changes || response.status >= 500) {
    WAYBILL_INFO("api", "{} {} token={} status={} from={}", call.route().method, call.route().path,
                 outcome.who ? outcome.who->token : 0, response.status, call.from);
  }
  call.respond(std::move(response));
}

}  // namespace waybill::tracker
