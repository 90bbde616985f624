#include "tracker/routing/mrt_records.h"

#include <fmt/format.h>

#include "common/types/ip.h"

namespace waybill::tracker {

namespace {

// Reads on while there is enough; after the first lack everything is 0, and `short_of` says where.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (const char byte : take(count)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::string_view take(std::size_t count) {
    if (lacking_ || bytes_.size() - at_ < count) {
      if (!lacking_) wanted_ = count;
      lacking_ = true;
      return {};
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  bool lacking() const { return lacking_; }
  bool ended() const { return at_ == bytes_.size(); }
  std::size_t at() const { return at_; }
  tl::unexpected<Error> short_of(std::string_view what) const {
    return refuse(
        fmt::format("{} wants {} bytes at byte {} of the record, which has {}", what, wanted_, at_, bytes_.size()));
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t wanted_ = 0;
  bool lacking_ = false;
};

constexpr unsigned kExtendedLength = 0x10;  // flag of an attribute (RFC 4271 4.3)
constexpr unsigned kAsPathType = 2;

Status read_attributes(std::string_view bytes, RibEntry& entry) {
  Cursor attributes(bytes);
  while (!attributes.ended()) {
    const auto flags = attributes.number(1);
    const auto type = attributes.number(1);
    const auto length = attributes.number((flags & kExtendedLength) != 0 ? 2 : 1);
    const auto value = attributes.take(length);
    if (attributes.lacking()) return attributes.short_of("an attribute");
    if (type != kAsPathType) continue;
    if (entry.has_path) return refuse("a route has two AS paths");
    entry.has_path = true;
    entry.as_path = value;
  }
  return {};
}

Status read_prefix(Cursor& body, RibRecord& record) {
  record.length = static_cast<int>(body.number(1));
  const int longest = record.v4 ? 32 : 128;
  if (record.length > longest) return refuse(fmt::format("a prefix has {} bits of {}", record.length, longest));
  const auto bytes = body.take(static_cast<std::size_t>(record.length + 7) / 8);
  record.key = record.low = 0;
  const std::size_t width = record.v4 ? 4 : 8;
  for (std::size_t i = 0; i < 2 * width; ++i) {
    const std::uint64_t byte = i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
    auto& half = i < width ? record.key : record.low;
    half = half << 8 | byte;
  }
  // What stands behind the prefix's own bits means nothing (RFC 4271 4.3).
  if (record.v4) {
    record.key &= record.length == 0 ? 0 : ~std::uint64_t{0} << (32 - record.length) & 0xffffffff;
  } else {
    const auto mask = [](int bits) {
      return bits <= 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
    };
    record.key &= mask(record.length);
    record.low &= mask(record.length - 64);
  }
  return {};
}

}  // namespace

MrtHeader read_mrt_header(std::string_view bytes) {
  Cursor header(bytes);
  MrtHeader read;
  read.seconds = static_cast<std::uint32_t>(header.number(4));
  read.type = static_cast<std::uint16_t>(header.number(2));
  read.subtype = static_cast<std::uint16_t>(header.number(2));
  read.length = static_cast<std::uint32_t>(header.number(4));
  return read;
}

bool holds_routes(std::uint16_t subtype) {
  return subtype == kRibIpv4Unicast || subtype == kRibIpv6Unicast || subtype == kRibIpv4UnicastAddPath ||
         subtype == kRibIpv6UnicastAddPath;
}

Result<PeerTable> read_peer_table(std::string_view bytes) {
  constexpr unsigned kIpv6 = 1;  // bits of a peer's type (RFC 6396 4.3.1)
  constexpr unsigned kFourByteAs = 2;
  Cursor body(bytes);
  PeerTable table;
  table.collector = IpAddress::from_v4(static_cast<std::uint32_t>(body.number(4))).str();
  body.take(body.number(2));  // the view's name
  const auto count = body.number(2);
  table.peers.reserve(count);
  for (std::uint64_t i = 0; i < count && !body.lacking(); ++i) {
    const auto type = body.number(1);
    body.take(4);  // the peer's BGP identifier
    body.take((type & kIpv6) != 0 ? 16 : 4);
    table.peers.push_back(static_cast<Asn>(body.number((type & kFourByteAs) != 0 ? 4 : 2)));
  }
  if (body.lacking()) return body.short_of("the table of peers");
  if (!body.ended()) return refuse(fmt::format("the table of peers ends at byte {} of its record", body.at()));
  return table;
}

Status read_rib_record(std::uint16_t subtype, std::string_view bytes, std::size_t peers, RibRecord& record) {
  const bool add_path = subtype == kRibIpv4UnicastAddPath || subtype == kRibIpv6UnicastAddPath;
  record.v4 = subtype == kRibIpv4Unicast || subtype == kRibIpv4UnicastAddPath;
  record.entries.clear();
  Cursor body(bytes);
  body.number(4);  // the record's place in the dump
  if (auto status = read_prefix(body, record); !status) return status;
  const auto count = body.number(2);
  for (std::uint64_t i = 0; i < count && !body.lacking(); ++i) {
    RibEntry entry;
    entry.peer = static_cast<std::uint32_t>(body.number(2));
    body.number(4);                // when the router learnt it
    if (add_path) body.number(4);  // which of the peer's paths
    const auto attributes = body.take(body.number(2));
    if (body.lacking()) break;
    if (entry.peer >= peers) {
      return refuse(fmt::format("a route is of peer {}, and the table of peers has {}", entry.peer, peers));
    }
    if (auto status = read_attributes(attributes, entry); !status) return status;
    record.entries.push_back(entry);
  }
  if (body.lacking()) return body.short_of("a route");
  if (!body.ended()) return refuse(fmt::format("the last route ends at byte {} of {}", body.at(), bytes.size()));
  return {};
}

}  // namespace waybill::tracker
