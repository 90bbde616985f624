#pragma once
// From lines of a CDN node's access log to records of what it sent. Pure: the content, the ISPs and the clock are
// given.
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/cdn_log/log_line.h"
#include "tracker/store/registry.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

// Which content a URL is of: by the web seeds of what was published, removed content too.
class LogTargets {
 public:
  static LogTargets of(const std::vector<Content>& contents, const std::vector<WebSeed>& web_seeds);
  const Content* find(const std::string& url) const;  // null: none

 private:
  std::map<std::string, Content> by_key_;  // web_seed_key
};

// What was left out: how often, and the first example with its reason.
struct LeftOut {
  std::int64_t count = 0;
  std::string first;
};

struct LogReading {
  std::vector<CdnRecord> records;  // each request once, in the order of the lines
  std::int64_t lines = 0;          // without empty ones
  std::int64_t repeated = 0;       // a request that a line before has told
  std::int64_t without_bytes = 0;  // errors, HEAD requests, unchanged files: nothing of a content was sent
  LeftOut unreadable;
  LeftOut other_urls;  // of no web seed
};

// `text`: whole lines; the last one may lack its end. `now`: what ends later is not believed.
LogReading read_log(std::string_view text, const LogTargets& targets,
                    const std::function<IspId(const IpAddress&)>& isp_of, TimeMs now);

}  // namespace waybill::tracker
