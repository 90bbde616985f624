#pragma once
// The URLs of web seeds (BEP 19): files of CDN nodes' plain web servers.
#include <string>
#include <string_view>

#include "common/types/result.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxWebSeedBytes = 2000;

// By which two spellings of one file's URL are known to be one: the host in lower case and the decoded path without its
// query. Neither scheme nor port: what stands in front of a web server hides them, and libtorrent names no port to it.
// Refuses what is no http or https URL of a file.
Result<std::string> web_seed_key(std::string_view url);

// A URL that may be a web seed, with nothing in it that clients and logs could take otherwise: no query, no fragment.
Status check_web_seed(std::string_view url);

}  // namespace waybill::tracker
