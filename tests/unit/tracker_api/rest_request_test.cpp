// Requests to the HTTPS API, read: routes, parameters, forms.
#include "tracker/api/rest_request.h"

#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tracker/access/offer.h"

using namespace waybill;
using namespace waybill::tracker;
using nlohmann::json;

namespace {

struct Asked {
  RestTarget target;
  RestMatch match;
};

Asked ask(const std::string& method, const std::string& target) {
  const auto read = read_rest_target(target);
  REQUIRE_MESSAGE(read, target);
  return {*read, match_route(method, read->segments)};
}

json arguments_of(const std::string& method, const std::string& target, const std::string& body = "") {
  const auto asked = ask(method, target);
  REQUIRE_MESSAGE(asked.match.route != nullptr, target);
  const auto arguments = read_rest_arguments(asked.match, asked.target, body);
  REQUIRE_MESSAGE(arguments, arguments.error().message);
  return *arguments;
}

std::string refused(const std::string& method, const std::string& target, const std::string& body = "") {
  const auto asked = ask(method, target);
  REQUIRE_MESSAGE(asked.match.route != nullptr, target);
  const auto arguments = read_rest_arguments(asked.match, asked.target, body);
  REQUIRE_FALSE(arguments);
  return arguments.error().message;
}

int form(const std::string& target, const std::string& accept) {
  const auto asked = ask("GET", target);
  const auto chosen = choose_format(*asked.match.route, asked.target, accept);
  return chosen ? static_cast<int>(*chosen) : chosen.error().status;
}

}  // namespace

TEST_CASE("the table is one of values: each route once, each command offered to somebody") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& route : rest_routes()) {
    CHECK_MESSAGE(seen.emplace(route.method, route.path).second, route.path);
    REQUIRE(find_offer(route.command) != nullptr);
    CHECK((route.method == "GET") == (find_offer(route.command)->effect == Effect::reads));
  }
  for (const auto& offer : offers()) {
    const auto has = [&](const RestRoute& route) { return route.command == offer.command; };
    CHECK_MESSAGE(std::any_of(rest_routes().begin(), rest_routes().end(), has), offer.command);
  }
  CHECK(json::parse(rest_index()).at("routes").size() == rest_routes().size());
}

TEST_CASE("paths lead to routes, own words before names") {
  CHECK(ask("GET", "/api/v1/records/difference").match.route->command == "records difference");
  CHECK(ask("GET", "/api/v1/agreements/terms?isp=SP1").match.route->command == "agreement show");
  CHECK(ask("GET", "/api/v1/isps/difference").match.route->command == "isp show");
  CHECK(ask("HEAD", "/api/v1/isps").match.route->command == "isp list");
  CHECK(ask("GET", "/api/v1/isps//").match.route == nullptr);
  CHECK(ask("GET", "/api/v1/nothing").match.allowed.empty());
  CHECK(ask("PATCH", "/api/v1/isps").match.allowed == std::vector<std::string>{"GET", "HEAD", "POST"});
}

TEST_CASE("parameters become a command's arguments") {
  CHECK(arguments_of("GET", "/api/v1/isps/SP%201%2F2?format=json") == json{{"name", "SP 1/2"}});
  const json expected{{"since", "-7d"}, {"group_by", {"to", "day", "class"}}, {"crossing", true}, {"owner", "A & B"}};
  CHECK(arguments_of("GET", "/api/v1/reports/bytes?since=-7d&group_by=to,day&group_by=class&crossing&owner=A+%26+B") ==
        expected);
  CHECK(arguments_of("GET", "/api/v1/reports/bytes?crossing=false") == json::object());
  CHECK(arguments_of("POST", "/api/v1/isps", R"({"name": "SP1", "prefix": ["198.18.0.0/16"]})").size() == 2);
  CHECK(arguments_of("POST", "/api/v1/enroll-links") == json::object());
  CHECK(arguments_of("DELETE", "/api/v1/agreements/7?at=2026-12-01") == json{{"id", "7"}, {"at", "2026-12-01"}});
}

TEST_CASE("what a route does not have, or has otherwise, is refused by its name") {
  CHECK(refused("GET", "/api/v1/isps?all=true").starts_with("all"));
  CHECK(refused("GET", "/api/v1/reports/balance?from=SP1").starts_with("to"));
  CHECK(refused("GET", "/api/v1/reports/matrix?from=SP1&from=SP2").starts_with("from"));
  CHECK(refused("GET", "/api/v1/isps", "{}").find("body") != std::string::npos);
  CHECK(refused("POST", "/api/v1/isps", R"({"name": ["SP1"]})").starts_with("name"));
  CHECK(refused("POST", "/api/v1/isps", R"({"name": "SP1", "prefix": "198.18.0.0/16"})").starts_with("prefix"));
  CHECK(refused("POST", "/api/v1/isps", "[[[[[[[[").find("object") != std::string::npos);
  CHECK(refused("POST", "/api/v1/isps", "not JSON").find("object") != std::string::npos);
  CHECK(refused("POST", "/api/v1/isps?name=SP1", R"({"name": "SP1"})").starts_with("name"));
  for (const auto* target : {"/api/v1/isps?a=%4", "/api/v1/isps?a=%zz", "/api/v1/isps?a=%C3", "/api/v1/isps?a=%0a",
                             "/other", "/api/v1/%00"}) {
    CHECK_MESSAGE(!read_rest_target(target), target);
  }
  std::string many = "/api/v1/isps?a";
  for (std::size_t i = 0; i < kMaxRestPairs; ++i) many += "&a";
  CHECK_FALSE(read_rest_target(many));
  CHECK_FALSE(read_rest_target("/api/v1/isps?a=" + std::string(kMaxRestValueBytes + 1, 'a')));
}

TEST_CASE("the form of an answer: ?format before Accept") {
  const int json_form = static_cast<int>(RestFormat::json), csv_form = static_cast<int>(RestFormat::csv);
  CHECK(form("/api/v1/isps", "") == json_form);
  CHECK(form("/api/v1/isps", "*/*") == json_form);
  CHECK(form("/api/v1/isps", "text/csv") == csv_form);
  CHECK(form("/api/v1/isps", "text/*, application/json;q=0.9") == csv_form);
  CHECK(form("/api/v1/isps", "text/csv;q=0.001, application/json; q=0") == csv_form);
  CHECK(form("/api/v1/isps", "text/csv;q=0, */*;q=0.1") == json_form);
  CHECK(form("/api/v1/isps", "text/html") == 406);
  CHECK(form("/api/v1/isps?format=json", "text/csv") == json_form);
  CHECK(form("/api/v1/isps?format=csv&format=csv", "") == 400);
  CHECK(form("/api/v1/isps?format=xml", "") == 400);
  CHECK(form("/api/v1/journal", "text/csv") == 406);
  CHECK(form("/api/v1/journal?format=csv", "") == 406);
}
