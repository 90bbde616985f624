#pragma once
// The URLs of web seeds (BEP 19): files of CDN nodes' plain web servers.
#include <string>
#include <string_view>

#include "common/types/result.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxWebSeedBytes = 2000;

// By which two spellings of one file's URL are known to be one: the host in lower case, the port where it is not the
// scheme's own, the decoded path without its query. Not the scheme: what ends TLS in front of a web server may hide it.
// Refuses what is no http or https URL of a file.
Result<std::string> web_seed_key(std::string_view url);

// A URL that may be a web seed, with nothing in it that clients and logs could take otherwise: no query, no fragment.
Status check_web_seed(std::string_view url);

}  // namespace waybill::tracker
