#pragma once
// Choices that may be repeated: selection among equals, jitter before a reconnect. Keys, ids and challenges never come
// from here but from crypto::random_bytes.
#include <cstdint>
#include <random>

namespace waybill::runtime {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}  // the same numbers on every machine
  static Random from_system();                            // seeded by the operating system

  std::uint64_t next() { return engine_(); }
  // Uniform in [0, limit); limit must be positive.
  std::uint64_t below(std::uint64_t limit);

 private:
  std::mt19937_64 engine_;
};

}  // namespace waybill::runtime
