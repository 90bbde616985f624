#pragma once
// From a question over the API to its answer: who asks, whether they may, what they see of it. Functions of a store and
// values, on whichever thread owns that store.
#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "common/net/http.h"
#include "tracker/access/narrowing_json.h"
#include "tracker/access/subject.h"
#include "tracker/api/rest_routes.h"

namespace waybill::tracker {

class Store;

// A problem document, with Cache-Control: no-store. `name`: as in packaging/openapi/waybill.yaml.
net::HttpResponse problem(int status, std::string_view name, const std::string& detail);
net::HttpResponse unauthorised();  // one text for no, an unknown, an expired and a revoked token
net::HttpResponse busy(const std::string& detail, DurationMs retry_after);
net::HttpResponse of_refusal(const AccessRefusal& refusal);

struct Authenticated {
  std::int64_t token = 0;
  std::string name;  // the token's
  Subject subject;
};
// Absent: no token in force has this hash. Fails where the store does.
Result<std::optional<Authenticated>> authenticate(Store& store, ByteView token_hash, TimeMs now);

// What is asked, after routing. `arguments` as administration.h has them.
struct RestQuestion {
  std::string command;
  std::string arguments;  // JSON
};
using Administer = std::function<std::string(Store&, const std::string& request)>;

// The question as the subject may ask it: the request to execute. Refused with the response.
tl::expected<std::string, net::HttpResponse> permit(Store& store, const Subject& subject, const RestQuestion& question);
// `answer` as administration.h has it, as the subject sees it; JSON text.
tl::expected<std::string, net::HttpResponse> show(Store& store, const Subject& subject, const RestQuestion& question,
                                                  const std::string& answer);
// A refused answer's response; absent where it is none.
std::optional<net::HttpResponse> refusal_of(const RestRoute& route, const std::string& answer);

struct RestOutcome {
  std::optional<Authenticated> who;          // absent: not authenticated
  std::optional<net::HttpResponse> refused;  // else:
  std::string answer;                        // administration.h's, as the subject sees it
};
// authenticate, permit, administer, show.
RestOutcome answer_rest(Store& store, ByteView token_hash, const RestRoute& route, const RestQuestion& question,
                        TimeMs now, const Administer& administer);

}  // namespace waybill::tracker
