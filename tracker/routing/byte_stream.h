#pragma once
// Bytes that come one after another: a dump is read without ever being in memory as a whole.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "common/types/result.h"

namespace waybill::tracker {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // At most `room` bytes; 0: the end. Fails where the file cannot be read, refuses what cannot be decompressed.
  virtual Result<std::size_t> read(char* into, std::size_t room) = 0;
};

// What is in memory already. The bytes must outlive it.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : left_(bytes) {}
  Result<std::size_t> read(char* into, std::size_t room) override {
    const auto count = std::min(room, left_.size());
    if (count > 0) std::memcpy(into, left_.data(), count);
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

}  // namespace waybill::tracker
