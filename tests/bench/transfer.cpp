// Bench `transfer`: one agent to one agent on the loopback, with gate, acknowledgements and durable receipts, against
// the same libtorrent without them, and against curl and aria2c from nginx. Rounds are interleaved, so that what else
// the machine does falls on all alike. Prints MB/s (10^6 bytes a second) of each run, the medians, and their ratios.
//   bench_transfer [--toy] [--megabytes N] [--rounds N] [--folder DIR]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "agent/transfer/torrent_file.h"
#include "tests/bench/transfer_contestants.h"

using namespace waybill;
using namespace waybill::bench;

namespace {

constexpr double kTarget = 0.97;  // of bare libtorrent

struct Arguments {
  std::int64_t megabytes = 1000;
  int rounds = 7;
  std::filesystem::path folder = std::filesystem::temp_directory_path();
};

Arguments parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const bool more = i + 1 < count;
    if (std::strcmp(words[i], "--toy") == 0) arguments.megabytes = 16, arguments.rounds = 1;
    if (std::strcmp(words[i], "--megabytes") == 0 && more) arguments.megabytes = std::atoll(words[++i]);
    if (std::strcmp(words[i], "--rounds") == 0 && more) arguments.rounds = std::atoi(words[++i]);
    if (std::strcmp(words[i], "--folder") == 0 && more) arguments.folder = words[++i];
  }
  return arguments;
}

Sample make_sample(const std::filesystem::path& folder, std::int64_t bytes) {
  Sample sample;
  sample.file = folder / "sample.bin";
  sample.size = bytes;
  std::mt19937_64 random(42);
  std::ofstream out(sample.file, std::ios::binary);
  std::vector<std::uint64_t> words(128 * 1024);
  for (std::int64_t left = bytes; left > 0;) {
    for (auto& word : words) word = random();
    const auto part = std::min<std::int64_t>(left, static_cast<std::int64_t>(words.size() * 8));
    out.write(reinterpret_cast<const char*>(words.data()), part);
    left -= part;
  }
  out.close();
  sample.torrent = transfer::make_torrent(sample.file).value();
  return sample;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// All threads of this process, and the programs it waited for. nginx still runs, so its part is not in.
double processor_seconds() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const auto& time : {usage.ru_utime, usage.ru_stime}) {
      sum += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    }
  }
  return sum;
}

struct Entry {
  std::unique_ptr<Contestant> contestant;
  std::vector<double> rates;  // MB/s
  std::vector<double> cpu;    // seconds of processor time for each GB, of this process and of those it ran
};

bool measure(std::vector<Entry>& entries, const Sample& sample, const std::filesystem::path& folder, int rounds) {
  bool good = true;
  for (int round = 0; round < rounds; ++round) {
    // Every other round in the other direction, so that nobody always comes first.
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto& entry = entries[round % 2 == 0 ? i : entries.size() - 1 - i];
      const auto target = folder / "target";
      std::filesystem::create_directories(target);
      const auto cpu_before = processor_seconds();
      const auto run = entry.contestant->run(target);
      const auto cpu = processor_seconds() - cpu_before;
      std::filesystem::remove_all(target);
      if (!run.seconds) {
        std::printf("round %d  %-20s failed: %s\n", round + 1, entry.contestant->name().c_str(), run.problem.c_str());
        good = false;
        continue;
      }
      entry.rates.push_back(static_cast<double>(sample.size) / 1e6 / *run.seconds);
      entry.cpu.push_back(cpu / static_cast<double>(sample.size) * 1e9);
      std::printf("round %d  %-20s %8.1f MB/s  %.2f cpu s/GB\n", round + 1, entry.contestant->name().c_str(),
                  entry.rates.back(), entry.cpu.back());
      std::fflush(stdout);
    }
  }
  return good;
}

int run_bench(const Arguments& arguments, const std::filesystem::path& folder) {
  const auto sample = make_sample(folder, arguments.megabytes * 1'000'000);
  const Nginx nginx(folder, folder);
  std::vector<Entry> entries;
  const auto enter = [&](std::unique_ptr<Contestant> contestant) {
    const auto absent = contestant->absent();
    if (!absent.empty()) {
      std::printf("%-20s skipped: %s\n", contestant->name().c_str(), absent.c_str());
      return;
    }
    entries.push_back({std::move(contestant), {}, {}});
  };
  enter(make_bare_libtorrent(sample));
  enter(make_waybill(sample, folder));
  enter(make_curl(sample, nginx.port()));
  enter(make_aria2(sample, nginx.port()));
  const bool good = measure(entries, sample, folder, arguments.rounds);

  std::printf("\n%lld MB, median of %d rounds\n", static_cast<long long>(arguments.megabytes), arguments.rounds);
  double bare = 0, own = 0;
  for (const auto& entry : entries) {
    if (entry.rates.empty()) continue;
    const auto middle = median(entry.rates);
    if (entry.contestant->name() == "bare libtorrent") bare = middle;
    if (entry.contestant->name() == "waybill") own = middle;
    std::printf("%-20s %8.1f MB/s  %.2f cpu s/GB", entry.contestant->name().c_str(), middle, median(entry.cpu));
    if (own > 0 && middle != own) std::printf("   waybill is %.3f of it", own / middle);
    std::printf("\n");
  }
  if (bare > 0) std::printf("ratio to bare libtorrent: %.3f (target %.2f)\n", own / bare, kTarget);
  return good ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const auto arguments = parse(count, words);
  auto pattern = (arguments.folder / "waybill-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a folder in %s\n", arguments.folder.c_str());
    return 1;
  }
  const int status = run_bench(arguments, pattern);
  std::filesystem::remove_all(pattern);
  return status;
}
