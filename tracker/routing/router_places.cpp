#include "tracker/routing/router_places.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "common/types/check.h"
#include "tracker/routing/place_codes.h"

namespace waybill::tracker {

namespace {

constexpr std::size_t kColumns = 6;
constexpr std::size_t kShortestName = 5;

// Codes of airports that stand in routers' names for something else: roles, interfaces, technology, English words.
constexpr std::string_view kWords[] = {
    "acc", "ace", "adm", "agg", "ads", "all", "and", "ann", "any", "ash", "asr", "atm", "bar", "bbr", "bdr", "bgp",
    "big", "bit", "bng", "box", "bgw", "cam", "car", "ccr", "cdn", "cer", "cgn", "cid", "cmd", "com", "con", "cor",
    "cpe", "cpu", "cst", "ctr", "dat", "day", "dcr", "dev", "dhc", "dia", "dis", "dmz", "dns", "doc", "dsl", "dyn",
    "ear", "ecr", "edg", "eng", "eth", "ext", "far", "fas", "fib", "for", "fun", "fwd", "fxp", "gig", "gpn", "gre",
    "gtw", "her", "hfc", "hub", "ice", "igw", "int", "ipt", "ipv", "isp", "iss", "itu", "job", "lab", "lag", "lan",
    "ldp", "led", "lns", "log", "lte", "mac", "man", "mar", "mce", "mer", "mgt", "mix", "mob", "mon", "mpl", "mux",
    "nas", "nat", "net", "new", "noc", "nod", "not", "now", "ntp", "off", "old", "olt", "one", "ont", "opt", "our",
    "out", "pac", "pat", "pcr", "pen", "per", "phy", "pix", "pni", "poa", "pon", "pop", "pos", "ppp", "pub", "put",
    "ras", "rem", "res", "rev", "rip", "rsv", "rtr", "sat", "sdh", "see", "ser", "set", "sim", "sip", "sky", "son",
    "sun", "sub", "svc", "ten", "tel", "the", "tic", "tie", "tmp", "ton", "top", "tun", "two", "use", "van", "via",
    "vic", "vip", "voi", "vpn", "vrf", "wan", "web", "win", "wlc", "zip"};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::string lower(std::string_view text) {
  std::string all(text);
  for (auto& c : all) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return all;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The network's own labels at the end of a name: its domain.
std::size_t domain_labels(const std::vector<std::string_view>& labels) {
  if (labels.size() < 3 || labels.back().size() != 2) return 2;
  static constexpr std::string_view kSecond[] = {"ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"};
  return std::find(std::begin(kSecond), std::end(kSecond), labels[labels.size() - 2]) != std::end(kSecond) ? 3 : 2;
}

// Runs of letters: "core1-fra02" has core and fra.
std::vector<std::string_view> words_of(std::string_view label) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < label.size();) {
    const auto begin = at;
    while (at < label.size() && is_letter(label[at])) ++at;
    if (at > begin) words.push_back(label.substr(begin, at - begin));
    while (at < label.size() && !is_letter(label[at])) ++at;
  }
  return words;
}

// "san-jose1" and "sanjose" are the same city.
std::string letters_of(std::string_view label) {
  std::string letters;
  std::copy_if(label.begin(), label.end(), std::back_inserter(letters), is_letter);
  return letters;
}

}  // namespace

Result<RouterPlaces> RouterPlaces::read(std::string_view table) {
  RouterPlaces places;
  std::size_t number = 0;
  for (const auto line : split(table, '\n')) {
    if (++number == 1 || line.empty()) continue;  // the headings, the end
    const auto cells = split(line, ',');
    if (cells.size() != kColumns)
      return refuse(fmt::format("line {} has {} cells, not {}", number, cells.size(), kColumns));
    if (cells[0].size() != 3 || cells[3].empty() || cells[5].empty()) {
      return refuse(fmt::format("line {} lacks a code of three letters, a city or a country", number));
    }
    const auto row = places.rows_.size();
    places.rows_.push_back({std::string(cells[3]), std::string(cells[4]), std::string(cells[5]), cells[1] != "medium"});
    if (!places.by_code_.emplace(cells[0], row).second)
      return refuse(fmt::format("line {}: its code comes twice", number));
    if (cells[2].size() >= kShortestName) places.by_name_[std::string(cells[2])].push_back(row);
  }
  return places;
}

const RouterPlaces& RouterPlaces::shipped() {
  static const RouterPlaces kShipped = [] {
    auto places = read(kPlaceCodes);
    WAYBILL_ASSERT(places.has_value(), "the table of places that is shipped can be read");
    return *std::move(places);
  }();
  return kShipped;
}

const RouterPlaces::Row* RouterPlaces::of_word(std::string_view word, bool whole_label, bool& by_name) const {
  by_name = false;
  if (const auto found = by_name_.find(word); found != by_name_.end()) {
    // Of cities with one name the one whose airport alone is large; airports of the same city are one city.
    const Row* chosen = nullptr;
    for (const bool large : {true, false}) {
      for (const auto index : found->second) {
        const auto& row = rows_[index];
        if (row.large != large) continue;
        if (chosen != nullptr && (chosen->state != row.state || chosen->country != row.country)) return nullptr;
        chosen = &row;
      }
      if (chosen != nullptr) break;
    }
    by_name = true;
    return chosen;
  }
  if (whole_label || word.size() != 3) return nullptr;
  if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return nullptr;
  const auto found = by_code_.find(word);
  return found == by_code_.end() ? nullptr : &rows_[found->second];
}

std::optional<GuessedPlace> RouterPlaces::guess(std::string_view router_name) const {
  auto name = lower(router_name);
  if (!name.empty() && name.back() == '.') name.pop_back();
  const auto labels = split(name, '.');
  const auto domain = domain_labels(labels);
  std::optional<GuessedPlace> guessed;
  bool several = false;
  const auto take = [&](std::string_view word, bool whole_label) {
    bool by_name = false;
    const auto* row = of_word(word, whole_label, by_name);
    if (row == nullptr) return false;
    if (!guessed) {
      guessed = GuessedPlace{row->country, row->state, row->city, std::string(word), by_name};
    } else if (guessed->city != row->city || guessed->state != row->state || guessed->country != row->country) {
      several = true;
    }
    return true;
  };
  for (std::size_t i = 0; i + domain < labels.size(); ++i) {
    if (take(letters_of(labels[i]), true)) continue;
    for (const auto word : words_of(labels[i])) take(word, false);
  }
  return several ? std::nullopt : guessed;
}

}  // namespace waybill::tracker
