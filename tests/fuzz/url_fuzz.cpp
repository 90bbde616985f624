// URLs and Location headers come from other people's pages. The input is a base URL, a line end, a reference.
#include <cstdint>
#include <string_view>

#include "common/net/http.h"
#include "common/types/check.h"

namespace {

using waybill::net::Url;

// What was accepted is printed in a form that is read as the very same URL, and can stand on a request line.
void check(const Url& url) {
  const auto again = Url::parse(url.str());
  WAYBILL_ASSERT(again && again->str() == url.str(), "a printed URL is read otherwise");
  WAYBILL_ASSERT(!url.target.empty() && url.target.front() == '/', "a target has no slash");
  WAYBILL_ASSERT(url.target.find_first_of(" \r\n") == std::string::npos, "a target breaks the request line");
  WAYBILL_ASSERT(url.authority().find_first_of(" \r\n/@") == std::string::npos, "an authority breaks its header");
  WAYBILL_ASSERT(url.port != 0 && (url.scheme == "http" || url.scheme == "https"), "a URL leads nowhere");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(input.find('\n'), input.size());
  const auto base = Url::parse(input.substr(0, end));
  if (!base) return 0;
  check(*base);
  const auto resolved = base->resolve(end == input.size() ? std::string_view{} : input.substr(end + 1));
  if (resolved) check(*resolved);
  return 0;
}
