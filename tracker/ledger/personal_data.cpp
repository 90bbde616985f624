#include "tracker/ledger/personal_data.h"

#include <algorithm>
#include <vector>

#include "common/types/ip.h"

namespace waybill::tracker {

namespace {

constexpr std::size_t kKeyDigits = 64;
// An IPv6 address has eight groups at most, the last two perhaps as IPv4, and "::" may stand at an end of it.
constexpr std::size_t kMaxGroups = 9;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool may_be_address(char c) { return is_hex(c) || c == ':' || c == '.'; }

// The end of the longest address that begins at `begin`, at a colon or at the end; `begin` where there is none.
std::size_t address_end(std::string_view run, std::size_t begin) {
  std::size_t found = begin;
  std::size_t groups = 0;
  for (auto at = begin; at <= run.size() && groups <= kMaxGroups; ++at) {
    if (at < run.size() && run[at] != ':') continue;
    ++groups;
    // A full stop may end a sentence.
    auto end = at;
    while (end > begin && run[end - 1] == '.') --end;
    if (IpAddress::parse(std::string(run.substr(begin, end - begin)))) found = end;
  }
  // "2001:db8::": the colons are its last characters.
  for (const auto end : {found + 1, found + 2}) {
    if (end <= run.size() && IpAddress::parse(std::string(run.substr(begin, end - begin)))) found = end;
  }
  return found;
}

// A run of characters of which addresses consist, such as "198.51.100.1:443" or "de:198.51.100.1".
std::string hide_addresses(std::string_view run) {
  if (run.find_first_of(":.") == std::string_view::npos) return std::string(run);
  std::string result;
  std::size_t at = 0;
  while (at < run.size()) {
    const bool at_start = at == 0 || run[at - 1] == ':' || run[at] == ':';
    const auto end = at_start ? address_end(run, at) : at;
    if (end == at) {
      result.push_back(run[at++]);
    } else {
      result += kHiddenAddress;
      at = end;
    }
  }
  return result;
}

std::string hide(std::string_view run, const std::set<AgentKey>& agents, const Pseudonyms& names) {
  if (run.size() != kKeyDigits) return hide_addresses(run);
  const auto key = AgentKey::from_hex(std::string(run));
  return key && agents.contains(*key) ? names.of(*key) : hide_addresses(run);
}

}  // namespace

std::string without_personal_data(std::string_view text, const std::set<AgentKey>& agents, const Pseudonyms& names) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto begin = at;
    while (at < text.size() && may_be_address(text[at])) ++at;
    if (at == begin) {
      result.push_back(text[at++]);
      continue;
    }
    // "key:" and a key are one run: the parts between colons are tried as keys first.
    auto run = text.substr(begin, at - begin);
    const auto colon = run.rfind(':');
    if (colon != std::string_view::npos && run.size() - colon - 1 == kKeyDigits) {
      result += hide_addresses(run.substr(0, colon + 1));
      run = run.substr(colon + 1);
    }
    result += hide(run, agents, names);
  }
  return result;
}

}  // namespace waybill::tracker
