// The enrol link that a person pastes, the request that a stranger posts, and the headers of a publication.
#include <cstdint>
#include <map>

#include "common/protocol/enroll.h"
#include "common/types/check.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

// "name: value" on each line.
std::map<std::string, std::string> header_lines(std::string_view text) {
  std::map<std::string, std::string> headers;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos) headers.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto link = EnrollLink::parse(text)) {
    const auto again = EnrollLink::parse(link->str());
    WAYBILL_ASSERT(again && again->str() == link->str(), "an enrol link changed");
  }
  if (const auto request = parse_enroll_request(text)) {
    const auto again = parse_enroll_request(to_json_text(*request));
    WAYBILL_ASSERT(again && to_json_text(*again) == to_json_text(*request), "an enrol request changed");
  }
  if (const auto headers = parse_publish_headers(header_lines(text))) {
    const auto again = parse_publish_headers(to_http_headers(*headers));
    WAYBILL_ASSERT(again && to_http_headers(*again) == to_http_headers(*headers), "publication headers changed");
  }
  return 0;
}
