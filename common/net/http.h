#pragma once
// HTTP/1.1 in values. Bodies are whole, in memory, and bounded.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/types/byte_string.h"
#include "common/types/ip.h"
#include "common/types/result.h"

namespace waybill::net {

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";                    // path and query, as on the request line
  std::map<std::string, std::string> headers;  // names in lower case
  ByteString body;
  Endpoint remote;  // the other end of the connection, as the server sees it

  std::string path() const;                          // the target without its query
  std::string query(const std::string& name) const;  // the first of that name, decoded ('+' is a space); else empty
};

struct HttpResponse {
  int status = 200;
  std::map<std::string, std::string> headers;
  ByteString body;
};
HttpResponse text_response(int status, std::string text);
HttpResponse json_response(int status, std::string json);

// Everything but RFC 3986's unreserved characters as %XX: for a value inside a query or a path segment.
std::string percent_encode(std::string_view text);

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query; at least "/"

  // At most 8192 bytes of printable ASCII; a fragment is dropped; user names are refused.
  static Result<Url> parse(std::string_view text);
  std::string str() const;
  std::string authority() const;  // "host", "host:8080", "[2001:db8::1]": as the Host header has it
  // RFC 3986 5.2, for a Location header: absolute, or relative to this URL.
  Result<Url> resolve(std::string_view reference) const;
};

}  // namespace waybill::net
