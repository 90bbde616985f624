#pragma once
// One line of the access log of a CDN node's plain web server, read from bytes that clients have a part in. Pure.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/types/ip.h"
#include "common/types/units.h"
#include "tracker/store/cdn_records.h"

namespace waybill::tracker {

// What nginx is told to write (packaging/nginx/waybill-cdn.conf). $request_id is random and of each request its own: by
// it the same line is known again in whichever file it comes.
inline constexpr char kLogFormat[] =
    "$msec $request_id $server_addr $remote_addr $status $body_bytes_sent $request_time "
    "\"$request_method $scheme://$http_host$request_uri\"";
inline constexpr std::size_t kMaxLogLineBytes = 16 * 1024;  // a request line and a host have 8 KiB each at most

struct LogLine {
  RequestId id;
  TimeMs ended{};
  TimeMs started{};
  IpAddress server;
  IpAddress client;
  int status = 0;
  SentBytes sent;      // of the body
  std::string method;  // as the client said it
  std::string url;     // likewise: nothing says that it is one
};

// Refused with the field at fault: what is not in this format, whole, as nginx escapes it. `line` is without its end.
Result<LogLine> parse_log_line(std::string_view line);

}  // namespace waybill::tracker
