#pragma once
// Quantities with their unit in the type. Arithmetic only within one type; `.value` to leave it.
#include <compare>
#include <cstdint>

namespace waybill {

template <typename Tag>
struct Quantity {
  std::int64_t value = 0;

  auto operator<=>(const Quantity&) const = default;
  Quantity& operator+=(Quantity other) {
    value += other.value;
    return *this;
  }
  Quantity& operator-=(Quantity other) {
    value -= other.value;
    return *this;
  }
  friend Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
};

// Payload bytes by how far they have come. They do not mix: only acknowledged ones are ever billed.
using QueuedBytes = Quantity<struct QueuedBytesTag>;  // granted by the gate, not yet on the socket
using SentBytes = Quantity<struct SentBytesTag>;      // written to the socket; proves nothing about arrival
using AckedBytes = Quantity<struct AckedBytesTag>;    // hash-checked and signed for by the receiver

using ByteCount = Quantity<struct ByteCountTag>;  // a size or a limit
using ByteRate = Quantity<struct ByteRateTag>;    // bytes per second; where it limits, 0 means no limit

using DurationMs = Quantity<struct DurationTag>;  // milliseconds

// UTC, milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
struct TimeMs {
  std::int64_t value = 0;
  auto operator<=>(const TimeMs&) const = default;
  friend TimeMs operator+(TimeMs t, DurationMs d) { return {t.value + d.value}; }
  friend TimeMs operator-(TimeMs t, DurationMs d) { return {t.value - d.value}; }
  friend DurationMs operator-(TimeMs a, TimeMs b) { return {a.value - b.value}; }
};

constexpr DurationMs seconds(std::int64_t n) { return {n * 1000}; }
constexpr DurationMs minutes(std::int64_t n) { return {n * 60'000}; }
constexpr DurationMs hours(std::int64_t n) { return {n * 3'600'000}; }

}  // namespace waybill
