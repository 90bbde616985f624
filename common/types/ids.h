#pragma once
// Identifiers. Each is a type of its own, so that a sender can't be passed where a receiver is meant to be a content.
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "common/types/byte_string.h"

namespace waybill {

// A fixed number of opaque bytes, printed in hexadecimal.
template <typename Tag, std::size_t N>
struct ByteId {
  static constexpr std::size_t kSize = N;
  std::array<unsigned char, N> bytes{};

  static Result<ByteId> from_bytes(ByteView view) {
    if (view.size() != N) return refuse(std::string(Tag::name) + " must be " + std::to_string(N) + " bytes long");
    ByteId id;
    std::memcpy(id.bytes.data(), view.data(), N);
    return id;
  }
  static Result<ByteId> from_hex(std::string_view text) {
    if (text.size() != N * 2) {
      return refuse(std::string(Tag::name) + " must be " + std::to_string(N * 2) + " hexadecimal digits");
    }
    auto decoded = waybill::from_hex(text);
    if (!decoded) return pass_on(decoded);
    return from_bytes(*decoded);
  }
  ByteView view() const { return {reinterpret_cast<const char*>(bytes.data()), N}; }
  ByteString str() const { return ByteString(view()); }
  std::string hex() const { return to_hex(view()); }
  // For people: the first 5 bytes; unique enough within one operator's log.
  std::string brief() const { return to_hex(view().substr(0, 5)); }

  auto operator<=>(const ByteId&) const = default;
};

struct AgentKeyTag {
  static constexpr const char* name = "agent key";
};
struct ContentIdTag {
  static constexpr const char* name = "content id";
};
struct OrderIdTag {
  static constexpr const char* name = "order id";
};

using AgentKey = ByteId<AgentKeyTag, 32>;    // the agent's Ed25519 public key: it is the agent's identity
using ContentId = ByteId<ContentIdTag, 32>;  // the v2 info-hash (BEP 52, SHA-256) of the content's torrent
using OrderId = ByteId<OrderIdTag, 16>;      // random

// A row number of the tracker's registry. 0 means "none".
template <typename Tag>
struct RowId {
  std::int64_t value = 0;
  explicit operator bool() const { return value != 0; }
  auto operator<=>(const RowId&) const = default;
};

struct IspIdTag {};
struct AgreementIdTag {};
struct ComponentIdTag {};
using IspId = RowId<IspIdTag>;
using AgreementId = RowId<AgreementIdTag>;
using ComponentId = RowId<ComponentIdTag>;

}  // namespace waybill

template <typename Tag, std::size_t N>
struct std::hash<waybill::ByteId<Tag, N>> {
  // The ids are random or hashes, so their first bytes serve as they are.
  std::size_t operator()(const waybill::ByteId<Tag, N>& id) const noexcept {
    std::size_t value;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
template <typename Tag>
struct std::hash<waybill::RowId<Tag>> {
  std::size_t operator()(const waybill::RowId<Tag>& id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
