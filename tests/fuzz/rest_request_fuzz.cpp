// Anybody may send a request target, a body and an Authorization header. The input is these three, each on a line.
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "common/protocol/utf8.h"
#include "common/types/check.h"
#include "tracker/access/token.h"
#include "tracker/api/rest_request.h"

namespace {

using namespace waybill;
using namespace waybill::tracker;

std::string next_line(std::string& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  auto line = rest.substr(0, end);
  rest.erase(0, end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string rest(reinterpret_cast<const char*>(data), size);
  const auto target = next_line(rest), authorization = next_line(rest);
  if (const auto hash = bearer_hash(authorization)) {
    WAYBILL_ASSERT(hash->size() == 32, "a hash of another size");
    WAYBILL_ASSERT(token_hash(authorization.substr(authorization.size() - kTokenTextSize)) == hash, "another token");
  }
  const auto read = read_rest_target(target);
  if (!read) return 0;
  WAYBILL_ASSERT(read->query.size() <= kMaxRestPairs, "more parameters than are let in");
  for (const auto& [name, value] : read->query) {
    WAYBILL_ASSERT(protocol::is_printable_utf8(name) && protocol::is_printable_utf8(value), "no text was let in");
  }
  for (const auto* method : {"GET", "POST", "DELETE", "HEAD"}) {
    const auto match = match_route(method, read->segments);
    if (match.route == nullptr) continue;
    (void)choose_format(*match.route, *read, rest);
    const auto arguments = read_rest_arguments(match, *read, rest);
    if (!arguments) continue;
    for (const auto& [name, value] : arguments->items()) {
      WAYBILL_ASSERT(value.is_string() || value.is_boolean() || value.is_array(), "an argument of no kind");
    }
  }
  return 0;
}
