#include "tracker/api/rest_routes.h"

#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>

#include "common/types/check.h"
#include "tracker/access/offer.h"
#include "tracker/access/subject.h"
#include "tracker/api/live_commands.h"

namespace waybill::tracker {

namespace {

// Parameters: NAME is a text, NAME* a list, NAME? true or false; with ! at the end it is needed. Those that stand in
// the path are not repeated. GET takes the others from the query, POST from a JSON object, DELETE from the query.
struct RouteLine {
  const char* method;
  const char* path;
  const char* command;
  const char* parameters = "";
  bool csv = true;
};

#define WAYBILL_WINDOW "since until period timezone "
#define WAYBILL_CONTENT "owner class content "
#define WAYBILL_ENDS "from to delivered_to involving "

constexpr RouteLine kOfBooks[] = {
    {"GET", "/reports/bytes", "report bytes",
     WAYBILL_WINDOW WAYBILL_CONTENT WAYBILL_ENDS
     "between client component crossing? traffic source group_by* order limit"},
    {"GET", "/reports/files", "report files",
     WAYBILL_WINDOW WAYBILL_CONTENT "between client delivered_to group_by* order limit"},
    {"GET", "/reports/balance", "report balance", WAYBILL_WINDOW WAYBILL_CONTENT "between from! to!"},
    {"GET", "/reports/matrix", "report matrix",
     WAYBILL_WINDOW WAYBILL_CONTENT WAYBILL_ENDS "between client source group_by*"},
    {"GET", "/reports/shares", "report shares",
     WAYBILL_WINDOW WAYBILL_CONTENT WAYBILL_ENDS "between client group_by* order limit"},
    {"GET", "/reports/components", "report components", WAYBILL_WINDOW WAYBILL_CONTENT "component kind order limit"},
    {"GET", "/reports/series", "report series", WAYBILL_WINDOW WAYBILL_CONTENT "component kind grain"},
    {"GET", "/reports/percentile", "report percentile",
     WAYBILL_WINDOW WAYBILL_CONTENT "component kind percent order limit"},
    {"GET", "/reports/commitment", "report commitment", "isp owner period"},
    {"GET", "/saved-reports", "report saved list", "ended?"},
    {"GET", "/saved-reports/{name}", "report saved show", "at"},
    {"GET", "/saved-reports/{name}/answers", "report saved answers", "limit"},
    {"POST", "/saved-reports", "report save", "name! schedule! timezone delay question!", false},
    {"DELETE", "/saved-reports/{name}", "report saved end", "", false},
    {"GET", "/records", "records", "component owner content since until limit"},
    {"GET", "/records/difference", "records difference", "since! until"},
    {"GET", "/records/re-resolutions", "records re-resolutions"},
    {"POST", "/records/re-resolutions", "records re-resolve", "since! until yes?!", false},
    {"POST", "/records/cdn-logs", "records import-log", "log!", false},
    {"GET", "/transfers", "transfers", "from to involving content client failed? since until"},
    {"GET", "/settlement", "settle", "isp period! evidence? itemised?"},
    {"GET", "/audit", "audit", "signatures?", false},
    {"GET", "/periods", "period list", "isp owner"},
    {"GET", "/periods/{period}", "period show", "isp owner"},
    {"GET", "/periods/{period}/balance", "period balance", "isp"},
    {"POST", "/periods/{period}/close", "period close", "isp owner grace", false},
    {"GET", "/invoices", "invoice list", "isp owner"},
    {"GET", "/invoices/{number}", "invoice show", "", false},
    {"POST", "/invoices", "invoice issue", "period! isp owner issuer series currency", false},
    {"POST", "/invoices/{number}/credits", "invoice credit", "reason! line* issuer", false},
    {"GET", "/journal", "journal", "", false},
};

constexpr RouteLine kOfRegistry[] = {
    {"GET", "/isps", "isp list"},
    {"GET", "/isps/{name}", "isp show"},
    {"POST", "/isps", "isp add", "name! asn* prefix* timezone", false},
    {"DELETE", "/isps/{name}", "isp remove", "", false},
    {"POST", "/isps/{name}/asns", "isp asn", "add* remove*", false},
    {"GET", "/agreements", "agreement list", "isp"},
    {"GET", "/agreements/terms", "agreement show", "isp owner", false},
    {"POST", "/agreements", "agreement add", "isp grant quota per price off_net_price currency from until terms",
     false},
    {"POST", "/agreements/renegotiations", "agreement renegotiate", "terms!", false},
    {"DELETE", "/agreements/{id}", "agreement end", "at", false},
    {"GET", "/components", "component list", "kind"},
    {"GET", "/components/{name}", "component show"},
    {"POST", "/components", "component add", "name! kind owner isp address* prefix* pattern* country state city",
     false},
    {"POST", "/components/tables", "component import", "file!", false},
    {"DELETE", "/components/{name}", "component remove", "", false},
    {"GET", "/insights", "component insight list"},
    {"POST", "/insights", "component insight add", "between! and! lies! one_way?", false},
    {"POST", "/insights/tables", "component insight import", "file!", false},
    {"DELETE", "/insights/{id}", "component insight remove", "", false},
    {"GET", "/networks", "routing show", ""},
    {"DELETE", "/networks/{kind}", "routing drop", "", false},
    {"GET", "/path", "path", "source! destination! source_name destination_name", false},
    {"GET", "/objects", "object list", "all? measuring"},
    {"GET", "/objects/{name}", "object show", "history?"},
    {"POST", "/objects", "object add",
     "name! link* client* isp* isp_pair* place* agreements_of* clients_of* owner content class on_net? off_net? "
     "between timezone detail grain fill_since",
     false},
    {"DELETE", "/objects/{name}", "object end", "", false},
};

constexpr RouteLine kOfWatching[] = {
    {"GET", "/policies", "policy list", "all?"},
    {"GET", "/policies/why", "policy why", "content for", false},
    {"POST", "/policies", "policy add", "component isp direction class owner bytes per rate timezone from until",
     false},
    {"DELETE", "/policies/{id}", "policy end", "at", false},
    {"GET", "/alerts", "alert list", "all?"},
    {"GET", "/alerts/{name}", "alert show"},
    {"POST", "/alerts", "alert add",
     "name! kind! window raise! timezone clear threshold contract at_least measured object from to owner content "
     "client "
     "component class on_net? off_net? severity repeat channel*",
     false},
    {"DELETE", "/alerts/{name}", "alert end", "", false},
    {"POST", "/alerts/{name}/acknowledgement", "alert acknowledge", "by! why", false},
    {"POST", "/alerts/{name}/silence", "alert silence", "until by why end?", false},
    {"POST", "/alerts/{name}/test", "alert test", "", false},
    {"GET", "/alert-deliveries", "alert deliveries", "failed?"},
    {"GET", "/alert-channels", "alert channel list"},
    {"DELETE", "/alert-channels/{name}", "alert channel remove", "", false},
    {"GET", "/contents", "content list", "owner all?"},
    {"GET", "/contents/{content}", "content show"},
    {"DELETE", "/contents/{content}", "content remove", "", false},
    {"GET", "/web-seeds", "content webseed list", "content"},
    {"POST", "/contents/{content}/web-seeds", "content webseed add", "url!", false},
    {"DELETE", "/contents/{content}/web-seeds", "content webseed remove", "url!", false},
    {"POST", "/enroll-links", "enroll-link", "cdn_node?", false},
    {"GET", "/register", "agent list", "all?"},
    {"DELETE", "/register/{agent}", "agent remove", "", false},
    {"GET", "/agents", "agents", "", false},
    {"GET", "/agents/candidates", "explain", "content! for", false},
    {"GET", "/orders", "orders", "", false},
    {"GET", "/contents/{content}/watch", "watch", "", false},
    {"GET", "/tokens", "token list", "all?"},
    {"DELETE", "/tokens/{token}", "token revoke", "", false},
    {"GET", "/subscribers", "subscriber list", "all?"},
    {"DELETE", "/subscribers/{name}", "subscriber revoke", "", false},
};

#undef WAYBILL_WINDOW
#undef WAYBILL_CONTENT
#undef WAYBILL_ENDS

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

bool in_path(const std::string& segment) { return segment.front() == '{'; }

RestParameter read_parameter(std::string word, ParameterPlace place) {
  RestParameter parameter;
  parameter.place = place;
  const auto ends_with = [&](char mark) {
    if (word.back() != mark) return false;
    word.pop_back();
    return true;
  };
  parameter.needed = ends_with('!');
  if (ends_with('*')) parameter.kind = ParameterKind::list;
  if (ends_with('?')) parameter.kind = ParameterKind::flag;
  parameter.name = word;
  return parameter;
}

RestRoute read_line(const RouteLine& line) {
  const auto* offer = find_offer(line.command);
  WAYBILL_ASSERT(offer != nullptr, "a route's command is offered to somebody");
  RestRoute route{line.method, line.path, line.command, {}, RestWork::reads, line.csv};
  if (offer->effect == Effect::changes) route.work = RestWork::changes;
  if (is_live_command(line.command)) route.work = RestWork::live;
  for (const auto& segment : split(line.path, '/')) {
    if (!in_path(segment)) continue;
    route.parameters.push_back(
        {segment.substr(1, segment.size() - 2), ParameterKind::text, ParameterPlace::path, true});
  }
  const auto place = route.method == "POST" ? ParameterPlace::body : ParameterPlace::query;
  for (const auto& word : split(line.parameters, ' ')) route.parameters.push_back(read_parameter(word, place));
  return route;
}

std::string_view kind_name(ParameterKind kind) {
  return kind == ParameterKind::text ? "text" : kind == ParameterKind::list ? "list" : "flag";
}
std::string_view place_name(ParameterPlace place) {
  return place == ParameterPlace::path ? "path" : place == ParameterPlace::query ? "query" : "body";
}

// How many segments are the template's own words, where it fits: the most win ("/records/difference").
std::optional<std::size_t> fits(const RestRoute& route, const std::vector<std::string>& segments,
                                std::vector<std::pair<std::string, std::string>>& values) {
  const auto own = split(route.path, '/');
  if (own.size() != segments.size()) return std::nullopt;
  values.clear();
  std::size_t words = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (in_path(own[i])) {
      if (segments[i].empty()) return std::nullopt;
      values.emplace_back(own[i].substr(1, own[i].size() - 2), segments[i]);
    } else if (own[i] != segments[i]) {
      return std::nullopt;
    } else {
      ++words;
    }
  }
  return words;
}

}  // namespace

const std::vector<RestRoute>& rest_routes() {
  static const std::vector<RestRoute> kRoutes = [] {
    std::vector<RestRoute> routes;
    for (const auto& line : kOfBooks) routes.push_back(read_line(line));
    for (const auto& line : kOfRegistry) routes.push_back(read_line(line));
    for (const auto& line : kOfWatching) routes.push_back(read_line(line));
    return routes;
  }();
  return kRoutes;
}

RestMatch match_route(const std::string& method, const std::vector<std::string>& segments) {
  RestMatch match;
  std::optional<std::size_t> best;
  for (const auto& route : rest_routes()) {
    std::vector<std::pair<std::string, std::string>> values;
    const auto words = fits(route, segments, values);
    if (!words || (best && *words < *best)) continue;
    if (!best || *words > *best) match = {};
    best = words;
    match.allowed.push_back(route.method);
    if (route.method == "GET") match.allowed.push_back("HEAD");
    if (route.method != (method == "HEAD" ? "GET" : method)) continue;
    match.route = &route;
    match.path_values = std::move(values);
  }
  return match;
}

std::string rest_index() {
  using nlohmann::json;
  json routes = json::array();
  for (const auto& route : rest_routes()) {
    json roles = json::array();
    for (const auto role : roles_of(*find_offer(route.command))) roles.push_back(name_of(role));
    json parameters = json::array();
    for (const auto& parameter : route.parameters) {
      parameters.push_back({{"name", parameter.name},
                            {"in", place_name(parameter.place)},
                            {"kind", kind_name(parameter.kind)},
                            {"required", parameter.needed}});
    }
    routes.push_back({{"method", route.method},
                      {"path", std::string(kApiPath) + route.path},
                      {"command", route.command},
                      {"roles", std::move(roles)},
                      {"parameters", std::move(parameters)},
                      {"csv", route.csv}});
  }
  return json{{"routes", std::move(routes)}}.dump(2) + "\n";
}

}  // namespace waybill::tracker
