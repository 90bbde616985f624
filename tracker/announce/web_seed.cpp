#include "tracker/announce/web_seed.h"

#include <fmt/format.h>

#include "common/net/http.h"
#include "tracker/announce/percent_decoding_detail.h"

namespace waybill::tracker {

Result<std::string> web_seed_key(std::string_view url) {
  const auto read = net::Url::parse(url);
  if (!read) return tl::make_unexpected(read.error());
  std::string path;
  const auto target = std::string_view(read->target);
  if (!percent_decode(target.substr(0, target.find('?')), path)) return refuse("a '%' without two hexadecimal digits");
  if (path.ends_with('/')) return refuse("it names a folder: a web seed is the URL of the file itself");
  return read->host + path;  // which is in lower case
}

Status check_web_seed(std::string_view url) {
  if (url.size() > kMaxWebSeedBytes) return refuse(fmt::format("a URL has at most {} bytes", kMaxWebSeedBytes));
  if (url.find_first_of("?#") != std::string_view::npos) return refuse("a web seed has no query and no fragment");
  const auto key = web_seed_key(url);
  return key ? Status{} : tl::make_unexpected(key.error());
}

}  // namespace waybill::tracker
