#include "tracker/routing/as_names.h"

#include <fmt/format.h>

#include "common/protocol/utf8.h"

namespace waybill::tracker {

namespace {

constexpr std::string_view kSeparators = ",;\t ";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

// In quotes as CSV writes it (RFC 4180): doubled inside.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    plain += text[i];
    if (text[i] == '"' && i + 2 < text.size() && text[i + 1] == '"') ++i;
  }
  return plain;
}

Status check_name(std::string_view name) {
  if (name.empty()) return refuse("the name is missing");
  if (name.size() > AsNames::kMaxNameBytes) {
    return refuse(fmt::format("the name is longer than {} bytes", AsNames::kMaxNameBytes));
  }
  if (!protocol::is_printable_utf8(name)) return refuse("the name is no UTF-8, or holds control characters");
  return {};
}

}  // namespace

Result<AsNames> AsNames::read(std::string_view text) {
  if (text.size() > kMaxBytes) return refuse(fmt::format("the table is larger than {} bytes", kMaxBytes));
  AsNames names;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = trim(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), text.find('\n') == text.npos ? text.size() : text.find('\n') + 1));
    if (line.empty() || line.front() == '#') continue;
    const auto end = std::min(line.find_first_of(kSeparators), line.size());
    const auto asn = parse_asn(line.substr(0, end));
    if (!asn && number == 1) continue;
    if (!asn) return pass_on(asn.error(), fmt::format("line {}", number));
    const auto name = unquoted(line.substr(std::min(line.find_first_not_of(kSeparators, end), line.size())));
    if (auto ok = check_name(name); !ok) return pass_on(ok.error(), fmt::format("line {}", number));
    if (!names.names_.emplace(*asn, name).second) return refuse(fmt::format("line {}: AS{} comes twice", number, *asn));
  }
  if (names.names_.empty()) return refuse("there is no AS in the table");
  return names;
}

std::string_view AsNames::find(Asn asn) const {
  const auto found = names_.find(asn);
  return found == names_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace waybill::tracker
