#pragma once
// The few BitTorrent messages (BEP 3, 6, 10, 54) that a channel writes itself.
#include <cstdint>

#include "common/types/byte_string.h"

namespace waybill::transfer {

inline constexpr char kChoke = 0;
inline constexpr char kUnchoke = 1;
inline constexpr char kHave = 4;
inline constexpr char kRequest = 6;
inline constexpr char kReject = 16;
inline constexpr char kExtended = 20;

inline void append_number(ByteString& bytes, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(number >> shift & 0xff));
}

inline ByteString short_message(char type) {
  ByteString bytes;
  append_number(bytes, 1);
  bytes.push_back(type);
  return bytes;
}

// A request, or the reject of one.
inline ByteString block_message(char type, std::int64_t piece, std::int64_t offset, std::int64_t length) {
  ByteString bytes;
  append_number(bytes, 13);
  bytes.push_back(type);
  append_number(bytes, static_cast<std::uint32_t>(piece));
  append_number(bytes, static_cast<std::uint32_t>(offset));
  append_number(bytes, static_cast<std::uint32_t>(length));
  return bytes;
}

inline ByteString extended_message(int id, ByteView payload) {
  ByteString bytes;
  append_number(bytes, static_cast<std::uint32_t>(payload.size() + 2));
  bytes.push_back(kExtended);
  bytes.push_back(static_cast<char>(id));
  bytes += payload;
  return bytes;
}

}  // namespace waybill::transfer
