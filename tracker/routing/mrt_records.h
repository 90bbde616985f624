#pragma once
// Records of an MRT file that hold routing tables: TABLE_DUMP_V2 (RFC 6396 4.3) and its add-path kinds (RFC 8050 4).
// Pure: bytes in, values out; a refusal says what is wrong at which byte of the record's body.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/types/result.h"
#include "tracker/routing/as_path.h"

namespace waybill::tracker {

inline constexpr std::size_t kMrtHeaderBytes = 12;
// A record holds one prefix: 64 KiB of attributes from each of a thousand peers would be more, and nobody has them.
inline constexpr std::uint32_t kMaxMrtRecordBytes = 16 << 20;

struct MrtHeader {
  std::uint32_t seconds = 0;  // since 1970
  std::uint16_t type = 0;
  std::uint16_t subtype = 0;
  std::uint32_t length = 0;  // of the body
};
MrtHeader read_mrt_header(std::string_view bytes);  // kMrtHeaderBytes

inline constexpr std::uint16_t kTableDump = 12;  // the older format: two-byte AS numbers
inline constexpr std::uint16_t kTableDumpV2 = 13;
enum TableDumpSubtype : std::uint16_t {
  kPeerIndexTable = 1,
  kRibIpv4Unicast = 2,
  kRibIpv6Unicast = 4,
  kRibIpv4UnicastAddPath = 8,
  kRibIpv6UnicastAddPath = 10,
};
bool holds_routes(std::uint16_t subtype);

struct PeerTable {
  std::string collector;  // its BGP identifier, as an address
  std::vector<Asn> peers;
};
Result<PeerTable> read_peer_table(std::string_view body);

struct RibEntry {
  std::uint32_t peer = 0;
  bool has_path = false;
  std::string_view as_path;  // the attribute's value
};
struct RibRecord {
  bool v4 = true;
  std::uint64_t key = 0;  // the prefix's first address: 32 bits for IPv4, the first half for IPv6
  std::uint64_t low = 0;  // the second half for IPv6
  int length = 0;
  std::vector<RibEntry> entries;  // views into the body
};
// `record` is filled anew; its memory is used again.
Status read_rib_record(std::uint16_t subtype, std::string_view body, std::size_t peers, RibRecord& record);

}  // namespace waybill::tracker
