// What we read ourselves out of a request that Beast has taken apart: query values and header lists.
#include <cstdint>
#include <string>

#include "common/net/http.h"
#include "common/net/http_message_detail.h"
#include "common/types/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill::net;
  const std::string input(reinterpret_cast<const char*>(data), size);
  HttpRequest request;
  request.target = input;
  WAYBILL_ASSERT(request.path().find('?') == std::string::npos, "a path holds its query");
  WAYBILL_ASSERT(request.query("name").size() <= input.size(), "decoding makes text longer");

  // Whatever the text, as an encoded value it comes back whole.
  request.target = "/?other=" + percent_encode(input) + "&name=" + percent_encode(input);
  WAYBILL_ASSERT(request.query("name") == input && request.query("other") == input, "a query value is lost");

  request.headers = {{"connection", input}, {"upgrade", input}};
  if (asks_for_web_socket(request)) WAYBILL_ASSERT(lists_token(input, "websocket"), "an upgrade without its token");

  // A head holds the lines that were written, whatever is in the values.
  const auto head = response_head({200, {{"location", input}}, ""}, "OK", true, 0);
  std::size_t lines = 0;
  for (const char c : head) lines += c == '\n' ? 1 : 0;
  WAYBILL_ASSERT(lines == 6 && head.find("\r\n\r\n") == head.size() - 4, "a header's value makes a line");
  const auto shown = printable(input);
  WAYBILL_ASSERT(shown.find_first_of("\r\n") == std::string::npos && shown.size() <= 200, "a text is not printable");
  return 0;
}
