#include "tracker/api/rest_answer.h"

#include <nlohmann/json.hpp>

#include "common/runtime/log.h"
#include "tracker/access/offer.h"
#include "tracker/access/own_side_json.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

using net::HttpResponse;
using nlohmann::json;

const char* title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    default:
      return "Service Unavailable";
  }
}

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

HttpResponse store_failed(const Error& error) {
  WAYBILL_ERROR("api", "the books did not answer: {}", error.message);
  return busy("the books did not answer: try again later", seconds(5));
}

tl::expected<OwnComponents, HttpResponse> own_components(Store& store, const Subject& subject) {
  if (subject.role != Role::isp) return OwnComponents();
  const auto isps = store.registry().isps();
  if (!isps) return tl::make_unexpected(store_failed(isps.error()));
  const auto components = store.registry().components();
  if (!components) return tl::make_unexpected(store_failed(components.error()));
  return OwnComponents(subject.name, *isps, *components);
}

}  // namespace

HttpResponse problem(int status, std::string_view name, const std::string& detail) {
  const json body{{"type", "urn:waybill:problem:" + std::string(name)},
                  {"title", title_of(status)},
                  {"status", status},
                  {"detail", detail}};
  return {status,
          {{"content-type", "application/problem+json"}, {"cache-control", "no-store"}},
          body.dump(2, ' ', false, json::error_handler_t::replace) + "\n"};
}

HttpResponse unauthorised() {
  auto response = problem(401, "token", "a token that is in force is needed: Authorization: Bearer wbt_...");
  response.headers["www-authenticate"] = "Bearer realm=\"waybill\"";
  return response;
}

HttpResponse busy(const std::string& detail, DurationMs retry_after) {
  auto response = problem(503, "busy", detail);
  response.headers["retry-after"] = std::to_string((retry_after.value + 999) / 1000);
  return response;
}

HttpResponse of_refusal(const AccessRefusal& refusal) {
  return problem(refusal.name == "unknown" ? 404 : 403, refusal.name, refusal.detail);
}

Result<std::optional<Authenticated>> authenticate(Store& store, ByteView token_hash, TimeMs now) {
  const auto token = store.access_tokens().find(token_hash);
  if (!token) return tl::make_unexpected(token.error());
  if (!*token || !(*token)->in_force(now)) return std::nullopt;
  Authenticated who{(*token)->id, (*token)->name, {(*token)->role, (*token)->owner}};
  if (who.subject.role != Role::isp) return who;
  const auto isps = store.registry().isps();
  if (!isps) return tl::make_unexpected(isps.error());
  for (const auto& isp : *isps) {
    if (isp.id == (*token)->isp) {
      who.subject.name = isp.name;
      return who;
    }
  }
  return std::nullopt;  // the ISP was removed
}

tl::expected<std::string, HttpResponse> permit(Store& store, const Subject& subject, const RestQuestion& question) {
  const auto own = own_components(store, subject);
  if (!own) return tl::make_unexpected(own.error());
  auto arguments = narrow(subject, *own, question.command, json::parse(question.arguments));
  if (!arguments) return tl::make_unexpected(of_refusal(arguments.error()));
  json request{{"command", question.command}, {"arguments", *std::move(arguments)}};
  if (subject.party() && names_clients(*find_offer(question.command))) request["for"] = subject.recipient();
  return text_of(request);
}

tl::expected<std::string, HttpResponse> show(Store& store, const Subject& subject, const RestQuestion& question,
                                             const std::string& answer) {
  if (!subject.party()) return answer;
  const auto own = own_components(store, subject);
  if (!own) return tl::make_unexpected(own.error());
  try {
    auto seen = own_side(subject, *own, question.command, json::parse(question.arguments), json::parse(answer));
    if (!seen) return tl::make_unexpected(of_refusal(seen.error()));
    return text_of(*seen);
  } catch (const json::exception& error) {  // an answer of another form than own_side knows: nothing of it is shown
    WAYBILL_ERROR("api", "command={} was answered in an unknown form: {}", question.command, error.what());
    return tl::make_unexpected(problem(503, "busy", "this cannot be shown"));
  }
}

std::optional<HttpResponse> refusal_of(const RestRoute& route, const std::string& answer) {
  const auto value = json::parse(answer, nullptr, false);
  if (!value.is_object()) return busy("the tracker gave no answer", seconds(5));
  if (value.value("ok", false)) return std::nullopt;
  const auto why = value.value("error", "the tracker gave no reason");
  if (value.value("failed", false)) {
    WAYBILL_ERROR("api", "command={} failed: {}", route.command, why);
    return busy("the books did not answer: try again later", seconds(5));  // why is the operator's to read, in the log
  }
  if (value.value("exit", 1) == 2) return problem(400, "arguments", why);
  if (route.method != "GET") return problem(409, "refused", why);
  const bool names_one = route.path.find('{') != std::string::npos;
  return names_one ? problem(404, "unknown", why) : problem(400, "arguments", why);
}

RestOutcome answer_rest(Store& store, ByteView token_hash, const RestRoute& route, const RestQuestion& question,
                        TimeMs now, const Administer& administer) {
  RestOutcome outcome;
  auto who = authenticate(store, token_hash, now);
  if (!who) {
    outcome.refused = store_failed(who.error());
    return outcome;
  }
  outcome.who = std::move(*who);
  if (!outcome.who) {
    outcome.refused = unauthorised();
    return outcome;
  }
  const auto request = permit(store, outcome.who->subject, question);
  if (!request) {
    outcome.refused = request.error();
    return outcome;
  }
  if (!administer) {  // the running tracker answers it from memory
    outcome.answer = *request;
    return outcome;
  }
  auto seen = show(store, outcome.who->subject, question, administer(store, *request));
  if (!seen) {
    outcome.refused = seen.error();
  } else {
    outcome.refused = refusal_of(route, *seen);
    outcome.answer = *std::move(seen);
  }
  return outcome;
}

}  // namespace waybill::tracker
