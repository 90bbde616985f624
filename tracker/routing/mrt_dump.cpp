#include "tracker/routing/mrt_dump.h"

#include <fmt/format.h>

#include "tracker/routing/mrt_records.h"

namespace waybill::tracker {

namespace {

void count(SkippedPrefixes& skipped, const RibRecord& record) {
  if (skipped.count++ > 0) return;
  IpPrefix prefix;
  if (record.v4) {
    prefix.address = IpAddress::from_v4(static_cast<std::uint32_t>(record.key));
  } else {
    for (std::size_t i = 0; i < 16; ++i) {
      const auto half = i < 8 ? record.key : record.low;
      prefix.address.bytes[i] = static_cast<unsigned char>(half >> (56 - 8 * (i % 8)));
    }
  }
  prefix.length = record.length;
  skipped.first = prefix.str();
}

std::optional<BogusKind> bogus(const RibRecord& record, const DumpOptions& options) {
  if (record.length < (record.v4 ? kWidestV4 : kWidestV6)) return BogusKind::too_wide;
  if (record.length > (record.v4 ? kLongestV4 : kLongestV6)) return BogusKind::too_long;
  if (options.keep_special_use) return std::nullopt;
  const bool special = record.v4 ? is_special_v4(static_cast<std::uint32_t>(record.key), record.length)
                                 : is_special_v6(record.key, record.length);
  return special ? std::optional(BogusKind::special_use) : std::nullopt;
}

class DumpReader {
 public:
  DumpReader(ByteStream& stream, const DumpOptions& options) : stream_(stream), options_(options) {}

  Result<RoutingTable> run() {
    while (true) {
      const auto more = next_record();
      if (!more) return tl::make_unexpected(more.error());
      if (!*more) break;
    }
    if (!peers_) return refuse("it holds no routing table: there is not one MRT record in it");
    if (v4_.empty() && v6_.empty()) return refuse("it holds no route that can be used");
    return RoutingTable::build(std::move(v4_), std::move(v6_), std::move(paths_), std::move(facts_), ways_.finish());
  }

 private:
  tl::unexpected<Error> at_record(std::string_view what) const {
    return refuse(fmt::format("at byte {} of the dump: {}", record_at_, what));
  }

  // Fills `size` bytes; how many there were.
  Result<std::size_t> fill(std::size_t size) {
    buffer_.resize(std::max(buffer_.size(), size));
    std::size_t filled = 0;
    while (filled < size) {
      if (begin_ == chunk_size_) {
        const auto count = stream_.read(chunk_.data(), chunk_.size());
        if (!count) return count;
        if (*count == 0) break;
        begin_ = 0;
        chunk_size_ = *count;
      }
      const auto count = std::min(size - filled, chunk_size_ - begin_);
      std::memcpy(buffer_.data() + filled, chunk_.data() + begin_, count);
      begin_ += count;
      filled += count;
    }
    at_ += filled;
    return filled;
  }

  // False: the dump ended where it may.
  Result<bool> next_record() {
    record_at_ = at_;
    const auto got = fill(kMrtHeaderBytes);
    if (!got) return tl::make_unexpected(got.error());
    if (*got == 0) return false;
    if (*got < kMrtHeaderBytes) return at_record("the file is cut off inside a record's header");
    const auto header = read_mrt_header({buffer_.data(), kMrtHeaderBytes});
    if (auto status = check(header); !status) return pass_on(status);
    const auto body = fill(header.length);
    if (!body) return tl::make_unexpected(body.error());
    if (*body < header.length) {
      return at_record(fmt::format("the file is cut off: the record has {} bytes, {} are there", header.length, *body));
    }
    if (auto status = take(header, {buffer_.data(), header.length}); !status) return at_record(status.error().message);
    return true;
  }

  Status check(const MrtHeader& header) const {
    if (header.type == kTableDump) {
      return at_record("a record of the older TABLE_DUMP, which has two-byte AS numbers: write TABLE_DUMP_V2");
    }
    if (header.type != kTableDumpV2) {
      return at_record(fmt::format("a record of MRT type {}, subtype {}: this is no routing table (TABLE_DUMP_V2, 13)",
                                   header.type, header.subtype));
    }
    if (header.length > kMaxMrtRecordBytes) {
      return at_record(fmt::format("a record of {} bytes, more than {}", header.length, kMaxMrtRecordBytes));
    }
    return {};
  }

  Status take(const MrtHeader& header, std::string_view body) {
    if (header.subtype == kPeerIndexTable) return take_peers(header, body);
    if (!holds_routes(header.subtype)) {
      ++facts_.other_records;
      return {};
    }
    if (!peers_) return refuse("routes come before the table of peers");
    if (auto status = read_rib_record(header.subtype, body, peers_->peers.size(), record_); !status) return status;
    // Every route is read, that of a bogus prefix too: what is corrupt is refused wherever it stands.
    return take_routes();
  }

  Status take_peers(const MrtHeader& header, std::string_view body) {
    auto peers = read_peer_table(body);
    if (!peers) return pass_on(peers);
    const TimeMs date{static_cast<std::int64_t>(header.seconds) * 1000};
    facts_.date = peers_ ? std::min(facts_.date, date) : date;
    facts_.collector = peers->collector;
    facts_.peers = std::max(facts_.peers, static_cast<std::int64_t>(peers->peers.size()));
    peers_ = std::move(*peers);
    return {};
  }

  Status take_routes() {
    words_.resize(std::max(words_.size(), record_.entries.size()));
    routes_.clear();
    for (std::size_t i = 0; i < record_.entries.size(); ++i) {
      const auto& entry = record_.entries[i];
      if (auto status = read_as_path(entry.as_path, words_[i]); !status) return status;
      // Without the attribute it is no route of BGP's, and says nothing about its origin.
      if (entry.has_path) routes_.push_back({entry.peer, peers_->peers[entry.peer], words_[i]});
    }
    if (const auto kind = bogus(record_, options_)) {
      count(facts_.bogus[static_cast<std::size_t>(*kind)], record_);
      return {};
    }
    for (const auto& route : routes_) ways_.add(route.path);
    const auto chosen = choose_route(routes_);
    if (!chosen) {
      count(facts_.without_origin, record_);
      return {};
    }
    const auto& route = routes_[*chosen];
    const std::array<std::uint32_t, 2> peer_alone{1, route.peer_as};
    const auto path = paths_.intern(route.path.empty() ? AsPathWords(peer_alone) : route.path);
    if (!path) return tl::make_unexpected(path.error());
    return add_row(*path);
  }

  Status add_row(AsPathId path) {
    if ((record_.v4 ? v4_.size() : v6_.size()) >= RoutingTable::kMaxPrefixes) {
      return refuse(fmt::format("it has more than {} prefixes of one family", RoutingTable::kMaxPrefixes));
    }
    const auto length = static_cast<std::uint8_t>(record_.length);
    if (record_.v4) {
      v4_.push_back({static_cast<std::uint32_t>(record_.key), path, 0, length});
    } else {
      v6_.push_back({record_.key, path, 0, length});
    }
    return {};
  }

  ByteStream& stream_;
  DumpOptions options_;
  std::vector<char> chunk_ = std::vector<char>(256 << 10);
  std::size_t begin_ = 0, chunk_size_ = 0;  // what of `chunk_` is still to be read
  std::string buffer_;                      // the record
  std::uint64_t at_ = 0, record_at_ = 0;
  std::optional<PeerTable> peers_;
  RibRecord record_;
  std::vector<std::vector<std::uint32_t>> words_;
  std::vector<PeerRoute> routes_;
  std::vector<V4Row> v4_;
  std::vector<V6Row> v6_;
  AsPaths paths_;
  AsWaysReader ways_;
  DumpFacts facts_;
};

}  // namespace

Result<RoutingTable> read_mrt_dump(ByteStream& stream, const DumpOptions& options) {
  return DumpReader(stream, options).run();
}

}  // namespace waybill::tracker
