#include "tracker/announce/announce_request.h"

#include <charconv>
#include <map>

#include "common/protocol/limits.h"
#include "tracker/announce/percent_decoding_detail.h"

namespace waybill::tracker {

namespace {

constexpr int kMostPeers = 200;

tl::unexpected<AnnounceRefusal> refuse_as(AnnounceFault fault, std::string message) {
  return tl::make_unexpected(AnnounceRefusal{fault, std::move(message)});
}

tl::unexpected<AnnounceRefusal> malformed(std::string message) {
  return refuse_as(AnnounceFault::malformed, std::move(message));
}

// Calls `take(name, value)` for each pair; false where one cannot be decoded or `take` says so.
template <typename Take>
bool each_pair(std::string_view query, Take take) {
  ByteString name, value;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto after = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (!percent_decode(pair.substr(0, equals), name) || !percent_decode(after, value) || !take(name, value))
      return false;
  }
  return true;
}

using Fields = std::map<ByteString, ByteString, std::less<>>;

AnnounceResult<std::int64_t> number_of(const Fields& fields, const char* name, std::int64_t most, bool needed) {
  const auto found = fields.find(name);
  if (found == fields.end()) {
    if (needed) return malformed(std::string("the announce lacks ") + name);
    return 0;
  }
  const auto& text = found->second;
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (whole && error == std::errc::result_out_of_range) number = -1;
  if (!whole || (error != std::errc{} && error != std::errc::result_out_of_range)) {
    return malformed(std::string(name) + " is not a number");
  }
  if (number < 0 || number > most) {
    return refuse_as(AnnounceFault::absurd_number, std::string(name) + " is not between 0 and " + std::to_string(most));
  }
  return number;
}

AnnounceResult<Announce::Event> event_of(const Fields& fields) {
  const auto found = fields.find("event");
  if (found == fields.end() || found->second.empty() || found->second == "empty") return Announce::Event::none;
  if (found->second == "started") return Announce::Event::started;
  if (found->second == "completed") return Announce::Event::completed;
  if (found->second == "stopped") return Announce::Event::stopped;
  return malformed("event is none of started, completed and stopped");
}

AnnounceResult<Announce> read_identity(const Fields& fields) {
  Announce announce;
  const auto hash = fields.find("info_hash");
  const auto twin = hash == fields.end() ? Result<TwinHash>(refuse("absent")) : TwinHash::from_bytes(hash->second);
  if (!twin) return malformed("info_hash is not 20 bytes");
  announce.twin = *twin;
  const auto peer = fields.find("peer_id");
  if (peer == fields.end() || peer->second.size() != kPeerIdBytes) return malformed("peer_id is not 20 bytes");
  announce.peer_id = peer->second;
  auto event = event_of(fields);
  if (!event) return tl::make_unexpected(event.error());
  announce.event = *event;
  return announce;
}

// Sources are told whom to serve by the address that was seen here, so another one helps nobody but a forger.
AnnounceResult<bool> check_address(const Fields& fields, const IpAddress& observed) {
  const auto found = fields.find("ip");
  if (found == fields.end() || found->second.empty()) return true;
  const auto said = IpAddress::parse(found->second);
  if (said && *said == observed) return true;
  return refuse_as(AnnounceFault::forged_address, "ip is not the address that this announce comes from");
}

}  // namespace

std::string_view name_of(AnnounceFault fault) {
  constexpr std::string_view kNames[kAnnounceFaults] = {"malformed",   "absurd_number",   "forged_address",
                                                        "foreign_key", "unknown_content", "too_often",
                                                        "too_many",    "refused"};
  return kNames[static_cast<std::size_t>(fault)];
}

bool is_announce_path(std::string_view path) {
  return path.starts_with(kAnnouncePath) || path.starts_with(kScrapePath) || path.starts_with(kSubscribedPath);
}

AnnounceResult<Announce> parse_announce(std::string_view query, const IpAddress& observed) {
  if (query.size() > kMaxAnnounceBytes) return malformed("the announce is longer than 4096 bytes");
  Fields fields;
  const bool read = each_pair(
      query, [&](const ByteString& name, const ByteString& value) { return fields.emplace(name, value).second; });
  if (!read) return malformed("the query cannot be decoded, or names something twice");
  auto announce = read_identity(fields);
  if (!announce) return announce;
  const auto port = number_of(fields, "port", 65535, true);
  if (!port) return tl::make_unexpected(port.error());
  if (*port == 0) return refuse_as(AnnounceFault::absurd_number, "port is 0");
  announce->port = static_cast<std::uint16_t>(*port);
  struct Total {
    const char* name;
    std::int64_t* into;
  };
  const Total totals[] = {
      {"uploaded", &announce->uploaded}, {"downloaded", &announce->downloaded}, {"left", &announce->left}};
  for (const auto& total : totals) {
    const auto number = number_of(fields, total.name, protocol::kMaxContentBytes, true);
    if (!number) return tl::make_unexpected(number.error());
    *total.into = *number;
  }
  const auto compact = number_of(fields, "compact", 1, false);
  if (!compact) return tl::make_unexpected(compact.error());
  announce->compact = !fields.contains("compact") || *compact == 1;
  const auto numwant = number_of(fields, "numwant", protocol::kMaxContentBytes, false);
  if (!numwant) return tl::make_unexpected(numwant.error());
  if (fields.contains("numwant")) announce->numwant = static_cast<int>(std::min<std::int64_t>(*numwant, kMostPeers));
  if (const auto address = check_address(fields, observed); !address) return tl::make_unexpected(address.error());
  return announce;
}

AnnounceResult<std::vector<TwinHash>> parse_scrape(std::string_view query) {
  if (query.size() > kMaxAnnounceBytes) return malformed("the scrape is longer than 4096 bytes");
  std::vector<TwinHash> asked;
  bool good = true;
  const bool read = each_pair(query, [&](const ByteString& name, const ByteString& value) {
    if (name != "info_hash") return true;
    const auto twin = TwinHash::from_bytes(value);
    good = good && twin && asked.size() < kMaxScrapedContents;
    if (good) asked.push_back(*twin);
    return good;
  });
  if (!read || !good) return malformed("the scrape's query cannot be read: at most 64 info_hash of 20 bytes each");
  if (asked.empty()) return malformed("the scrape names no info_hash");
  return asked;
}

}  // namespace waybill::tracker
