#include "common/protocol/path.h"

#include "common/protocol/limits.h"

namespace waybill::protocol {

namespace {

constexpr int kMaxTtl = 255;                       // RFC 791: eight bits
constexpr std::int64_t kMaxRttUs = 3'600'000'000;  // an hour: no probe waits that long

ByteString address_bytes(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
}

IpAddress read_address(FieldReader& fields, std::string_view key) {
  const auto raw = fields.bytes(key, sizeof(IpAddress::bytes));
  IpAddress address;
  if (raw.size() != address.bytes.size()) {
    fields.fault("an address is not 16 bytes long");
    return address;
  }
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(address.bytes.data()));
  return address;
}

Value encode_hop(const Hop& hop) {
  Dictionary fields{{"ttl", hop.ttl}, {"side", static_cast<int>(hop.side)}};
  if (hop.address) {
    fields.emplace("address", address_bytes(*hop.address));
    fields.emplace("rtt_us", hop.rtt_us);
  }
  if (!hop.name.empty()) fields.emplace("name", hop.name);
  return fields;
}

Result<Hop> decode_hop(const Value& value) {
  FieldReader fields(value, "a hop");
  Hop hop;
  hop.ttl = static_cast<int>(fields.integer("ttl", 1, kMaxTtl));
  hop.side = static_cast<HopSide>(fields.integer("side", 0, static_cast<int>(HopSide::receiver)));
  if (fields.optional("address") != nullptr) {
    hop.address = read_address(fields, "address");
    hop.rtt_us = fields.integer("rtt_us", 0, kMaxRttUs);
    if (fields.optional("name") != nullptr) hop.name = fields.text("name", kMaxHopNameBytes);
  } else if (fields.optional("rtt_us") != nullptr || fields.optional("name") != nullptr) {
    fields.fault("it is silent, yet has a time or a name");
  }
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return hop;
}

Result<std::vector<Hop>> decode_hops(const List& list) {
  std::vector<Hop> hops;
  hops.reserve(list.size());
  for (const auto& item : list) {
    auto hop = decode_hop(item);
    if (!hop) return pass_on(hop);
    if (!hops.empty() && hop->ttl <= hops.back().ttl) return refuse("its hops' TTLs do not ascend");
    hops.push_back(*std::move(hop));
  }
  return hops;
}

}  // namespace

Value encode_path(const Path& path) {
  List hops;
  hops.reserve(path.hops.size());
  for (const auto& hop : path.hops) hops.push_back(encode_hop(hop));
  return Dictionary{{"method", static_cast<int>(path.method)},
                    {"source", address_bytes(path.source)},
                    {"destination", address_bytes(path.destination)},
                    {"probed_at", path.probed_at.value},
                    {"complete", path.complete ? 1 : 0},
                    {"hops", std::move(hops)}};
}

Result<Path> decode_path(const Value& value) {
  FieldReader fields(value, "the path");
  Path path;
  path.method = static_cast<PathMethod>(fields.integer("method", 0, static_cast<int>(PathMethod::trace)));
  path.source = read_address(fields, "source");
  path.destination = read_address(fields, "destination");
  path.probed_at = {fields.integer("probed_at", 0, kMaxTimeMs)};
  path.complete = fields.integer("complete", 0, 1) == 1;
  auto hops = decode_hops(fields.list("hops", kMaxHops));
  if (hops) {
    path.hops = *std::move(hops);
  } else {
    fields.fault(hops.error().message);
  }
  if (path.method == PathMethod::none && !path.hops.empty()) fields.fault("it has hops without a method");
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return path;
}

}  // namespace waybill::protocol
