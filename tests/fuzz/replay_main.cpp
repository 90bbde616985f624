// Runs a fuzz target over its seed corpus without libFuzzer: `target DIR` feeds every file of DIR, then every prefix
// and a few hundred seeded mutations of each, so that the target is exercised by ordinary test runs too.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void feed_variants(const std::string& seed, std::mt19937& random) {
  feed(seed);
  for (std::size_t length = 0; length < seed.size(); length += 1 + seed.size() / 256) feed(seed.substr(0, length));
  if (seed.empty()) return;
  for (int round = 0; round < 300; ++round) {
    std::string mutated = seed;
    for (int change = 0; change < 3; ++change) mutated[random() % mutated.size()] = static_cast<char>(random());
    feed(mutated);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER (it must exist)\n", argv[0]);
    return 2;
  }
  std::mt19937 random(20240607);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(entry.path(), std::ios::binary);
    feed_variants({std::istreambuf_iterator<char>(in), {}}, random);
    ++files;
  }
  if (files == 0) {
    std::fprintf(stderr, "%s: no seed in %s\n", argv[0], argv[1]);
    return 1;
  }
  std::printf("replayed %d seeds and their mutations\n", files);
  return 0;
}
