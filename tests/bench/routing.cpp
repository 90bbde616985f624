// Bench `routing`: a generated full table (1,000,000 IPv4 and 200,000 IPv6 prefixes, lengths as the Internet's tables
// have them, 150,000 AS paths) is written as an MRT dump, read, and asked. Prints the seconds to load, the bytes, and
// the nanoseconds of a look-up of random addresses beside a std::map of the same ranges. `--toy` is a hundredth of it.
// Never fails for being slow.
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <random>

#include "tests/harness/mrt_writer.h"
#include "tracker/routing/mrt_dump.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

// Processor time of this thread: whoever else shares the machine.
double thread_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

class Generator {
 public:
  explicit Generator(std::size_t paths) {
    for (std::size_t i = 0; i < paths; ++i) {
      std::vector<std::uint32_t> path{3333};
      const auto hops = 1 + random_() % 5;
      for (std::uint64_t hop = 0; hop < hops; ++hop) path.push_back(static_cast<std::uint32_t>(1 + random_() % 80'000));
      paths_.push_back(tests::MrtWriter::sequence_of(path));
    }
  }
  std::string dump(std::size_t v4, std::size_t v6) {
    tests::MrtWriter writer;
    writer.peers({3333});
    for (const auto& prefix : prefixes(v4, true)) writer.routes(prefix, {{0, path()}});
    for (const auto& prefix : prefixes(v6, false)) writer.routes(prefix, {{0, path()}});
    return std::move(writer.bytes);
  }
  IpAddress address(bool v4) {
    if (v4) return IpAddress::from_v4(static_cast<std::uint32_t>(random_()) % 0xdf000000 + 0x01000000);
    IpAddress address;
    const auto bits = 0x2400000000000000 + random_() % 0x0700000000000000;
    for (std::size_t i = 0; i < 8; ++i) address.bytes[i] = static_cast<unsigned char>(bits >> (56 - 8 * i));
    return address;
  }

 private:
  const std::string& path() { return paths_[random_() % paths_.size()]; }
  // Some 60 % of IPv4's prefixes are /24, half of IPv6's /48; the rest is spread over the shorter lengths.
  int length(bool v4) {
    const auto dice = random_() % 100;
    if (v4)
      return dice < 60 ? 24 : dice < 90 ? 20 + static_cast<int>(random_() % 4) : 12 + static_cast<int>(random_() % 8);
    return dice < 50 ? 48 : dice < 80 ? 32 + static_cast<int>(random_() % 16) : 24 + static_cast<int>(random_() % 9);
  }
  std::vector<IpPrefix> prefixes(std::size_t count, bool v4) {
    std::map<IpPrefix, bool> all;  // in the order of a dump
    while (all.size() < count) {
      IpPrefix prefix{address(v4), length(v4)};
      for (int bit = prefix.mapped_length(); bit < 128; ++bit) {
        prefix.address.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<unsigned char>(~(0x80 >> bit % 8));
      }
      const auto key = v4_key(prefix.address);
      if (v4 && is_special_v4(key, prefix.length)) continue;
      if (!v4 && is_special_v6(v6_key(prefix.address), prefix.length)) continue;
      all.emplace(prefix, true);
    }
    std::vector<IpPrefix> list;
    for (const auto& [prefix, known] : all) list.push_back(prefix);
    return list;
  }

  std::mt19937_64 random_{20240611};
  std::vector<std::string> paths_;
};

template <typename Find>
double nanoseconds(const std::vector<IpAddress>& addresses, Find find) {
  std::uint64_t sum = 0;
  const auto start = thread_seconds();
  for (const auto& address : addresses) sum += find(address);
  const auto spent = thread_seconds() - start;
  if (sum == 1) std::puts("");  // so that the look-ups are not optimised away
  return spent * 1e9 / static_cast<double>(addresses.size());
}

// The disjoint ranges of the same table in a tree.
std::map<IpAddress, Asn> as_map(const RoutingTable& table) {
  std::map<IpAddress, Asn> ranges;
  const auto add = [&](const IpAddress& start) { ranges[start] = table.origin(start).value_or(0); };
  const auto add_row = [&](const auto& row) {
    const auto prefix = prefix_of(row);
    add(prefix.address);
    auto after = prefix.address;
    int bit = prefix.mapped_length() - 1;  // the address behind the prefix's last
    for (; bit >= (prefix.address.is_v4() ? 96 : 0); --bit) {
      const auto mask = static_cast<unsigned char>(0x80 >> bit % 8);
      auto& byte = after.bytes[static_cast<std::size_t>(bit / 8)];
      byte ^= mask;
      if ((byte & mask) != 0) break;
    }
    add(after);
  };
  for (const auto& row : table.v4()) add_row(row);
  for (const auto& row : table.v6()) add_row(row);
  return ranges;
}

}  // namespace

int main(int argc, char** argv) {
  const bool toy = argc > 1 && std::strcmp(argv[1], "--toy") == 0;
  const std::size_t scale = toy ? 100 : 1;
  Generator generator(150'000 / scale);
  const auto dump = generator.dump(1'000'000 / scale, 200'000 / scale);
  MemoryStream stream(dump);
  const auto start = thread_seconds();
  const auto table = read_mrt_dump(stream);
  const auto load = thread_seconds() - start;
  if (!table) {
    std::fprintf(stderr, "bench_routing: %s\n", table.error().message.c_str());
    return 1;
  }
  std::printf("dump: %zu bytes, plain; %zu IPv4 and %zu IPv6 prefixes, %zu AS paths\n", dump.size(), table->v4().size(),
              table->v6().size(), table->paths().size());
  std::printf("load: %.2f s, %.0f prefixes a second; memory %.1f MiB\n", load,
              static_cast<double>(table->v4().size() + table->v6().size()) / load,
              static_cast<double>(table->bytes()) / (1 << 20));
  const auto tree = as_map(*table);
  for (const bool v4 : {true, false}) {
    std::vector<IpAddress> addresses;
    for (std::size_t i = 0; i < 2'000'000 / scale; ++i) addresses.push_back(generator.address(v4));
    const auto ours =
        nanoseconds(addresses, [&](const IpAddress& address) { return table->origin(address).value_or(0); });
    const auto theirs = nanoseconds(addresses, [&](const IpAddress& address) -> std::uint64_t {
      const auto after = tree.upper_bound(address);
      return after == tree.begin() ? 0 : std::prev(after)->second;
    });
    std::printf("look-up, IPv%d: %.0f ns; std::map of the same ranges %.0f ns, %.1f times as long\n", v4 ? 4 : 6, ours,
                theirs, theirs / ours);
    for (const auto& address : addresses) {
      const auto after = tree.upper_bound(address);
      const Asn expected = after == tree.begin() ? 0 : std::prev(after)->second;
      if (table->origin(address).value_or(0) == expected) continue;
      std::fprintf(stderr, "bench_routing: %s is answered otherwise by the tree\n", address.str().c_str());
      return 1;
    }
  }
  return 0;
}
