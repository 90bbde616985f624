#pragma once
// The routes of the HTTPS API under /api/v1 as one table of values: routing, reading of parameters, the list of routes
// that the API answers with, and the check of packaging/openapi/waybill.yaml all come from it. Who may use a route is
// what access/offer.h says of its command.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types/result.h"

namespace waybill::tracker {

inline constexpr std::string_view kApiPath = "/api/v1";
inline constexpr std::string_view kOpenApiPath = "/api/v1/openapi.yaml";

enum class ParameterKind { text, list, flag };
enum class ParameterPlace { path, query, body };

struct RestParameter {
  std::string name;  // as the command's argument
  ParameterKind kind = ParameterKind::text;
  ParameterPlace place = ParameterPlace::query;
  bool needed = false;
  bool operator==(const RestParameter&) const = default;
};

// Which thread answers.
enum class RestWork {
  reads,    // a read-only store of its own
  changes,  // the store's owner, as for the local socket
  live,     // the loop: what only the running tracker knows
};

struct RestRoute {
  std::string method;  // "GET", "POST", "DELETE"
  std::string path;    // below kApiPath: "/isps/{name}"
  std::string command;
  std::vector<RestParameter> parameters;
  RestWork work = RestWork::reads;
  bool csv = false;  // has a table
};

const std::vector<RestRoute>& rest_routes();

struct RestMatch {
  const RestRoute* route = nullptr;  // null: see `allowed`
  std::vector<std::pair<std::string, std::string>> path_values;
  std::vector<std::string> allowed;  // the methods of this path; empty: there is no such path
};
// `segments`: decoded, below kApiPath. HEAD is answered where GET is.
RestMatch match_route(const std::string& method, const std::vector<std::string>& segments);

// {"routes": [{"method", "path", "roles": [...], "parameters": [{"name", "in", "kind", "required"}], "csv"}]}
std::string rest_index();

}  // namespace waybill::tracker
