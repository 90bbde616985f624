#pragma once
// A request to the HTTPS API, read: pure, and bounded in everything, since anybody may send one.
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "common/net/http.h"
#include "tracker/api/rest_routes.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxRestPairs = 64;
inline constexpr std::size_t kMaxRestValueBytes = 4 << 10;  // of a value in the path or the query
inline constexpr std::size_t kMaxRestBodyBytes = 1 << 20;
inline constexpr int kMaxRestBodyDepth = 3;

// A request target below kApiPath, decoded.
struct RestTarget {
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
};
// Refused: what is not percent-encoded as it should be, values that are too long, no UTF-8 or hold control characters,
// and too many of them.
Result<RestTarget> read_rest_target(const std::string& target);

// As administration.h has arguments. Refused: parameters that the route does not have, that come twice, are needed and
// missing, or are of another kind. `format` in the query is not one of them.
Result<nlohmann::json> read_rest_arguments(const RestMatch& match, const RestTarget& target, const ByteString& body);

enum class RestFormat { json, csv };
// By ?format=json|csv, else by the Accept header (RFC 9110 12.5.1; without one: JSON). Refused where the route has no
// such form; `status` is then 400 or 406.
struct FormatRefusal {
  int status = 0;
  std::string message;
};
tl::expected<RestFormat, FormatRefusal> choose_format(const RestRoute& route, const RestTarget& target,
                                                      const std::string& accept);

}  // namespace waybill::tracker
