#include "agent/path/host_name.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

#include "common/protocol/limits.h"

namespace waybill::agent {

namespace {

constexpr std::size_t kMaxLabelBytes = 63;  // RFC 1035 2.3.4

bool is_letter(char c) { return (c >= 'a' && c <= 'z'); }
bool is_name_character(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), is_name_character);
}

// glibc keeps one resolver state a thread, so these do not reach anybody else's look-ups.
void limit_this_threads_resolver() {
  thread_local bool limited = false;
  if (limited || res_init() != 0) return;
  _res.retrans = 1;  // seconds
  _res.retry = 1;
  limited = true;
}

}  // namespace

std::optional<std::string> clean_host_name(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty() || name.size() > protocol::kMaxHopNameBytes) return std::nullopt;
  std::string clean(name);
  std::transform(clean.begin(), clean.end(), clean.begin(), lower);
  if (std::none_of(clean.begin(), clean.end(), is_letter)) return std::nullopt;
  std::string_view rest = clean;
  for (;;) {
    const auto dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return std::nullopt;
    if (dot == std::string_view::npos) return clean;
    rest.remove_prefix(dot + 1);
  }
}

Result<std::string> look_up_host_name(const IpAddress& address) {
  limit_this_threads_resolver();
  std::array<char, NI_MAXHOST> host;
  int failure;
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes.data() + 12, 4);
    failure = getnameinfo(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, host.data(), host.size(), nullptr, 0,
                          NI_NAMEREQD);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    failure = getnameinfo(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, host.data(), host.size(), nullptr, 0,
                          NI_NAMEREQD);
  }
  // EAI_NONAME alone is an answer: there is no name.
  if (failure == EAI_NONAME) return std::string();
  if (failure != 0) return fail_transient(fmt::format("no name for {}: {}", address.str(), gai_strerror(failure)));
  return clean_host_name(host.data()).value_or("");
}

}  // namespace waybill::agent
