#pragma once
// HTTP/1.1 in values. Bodies are whole, in memory, and bounded.
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "common/types/byte_string.h"
#include "common/types/ip.h"
#include "common/types/result.h"

namespace waybill::net {

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query, as on the request line
  std::map<std::string, std::string> headers;  // names in lower case
  ByteString body;
  Endpoint remote;  // the other end of the connection, as the server sees it

  std::string path() const;                         // the target without its query
  std::string query(const std::string& name) const;  // percent-decoded; empty where absent
};

struct HttpResponse {
  int status = 200;
  std::map<std::string, std::string> headers;
  ByteString body;
};
HttpResponse text_response(int status, std::string text);
HttpResponse json_response(int status, std::string json);

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query; at least "/"

  static Result<Url> parse(std::string_view text);
  std::string str() const;
  // RFC 3986 5.2, for a Location header: absolute, or relative to this URL.
  Result<Url> resolve(std::string_view reference) const;
};

}  // namespace waybill::net
