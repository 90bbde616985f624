#include "tracker/coordinator/order_terms.h"

#include <algorithm>

#include "common/protocol/limits.h"
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {
namespace {

// A window must hold what is under way between two acknowledgements: blocks of several unfinished pieces, which other
// sources complete at their own pace. Below this a good sender would be choked for nothing.
constexpr std::int64_t kLeastWindow = 4ll << 20;
constexpr std::int64_t kLeastWindowPieces = 8;

// What is under way when an order runs out is lost: many tiny orders would lose most of what they permit.
constexpr std::int64_t kLeastShare = 512 << 10;

std::int64_t window_of(std::int64_t missing, std::int64_t piece_length) {
  const auto useful = std::max(missing / 4, kLeastWindow + kLeastWindowPieces * piece_length);
  return std::max(std::min(useful, protocol::kDefaultAckWindow), 2 * piece_length);
}

}  // namespace

ByteCount bytes_with_slack(ByteCount missing, ByteCount piece_length) {
  return {missing.value + missing.value / 16 + 2 * piece_length.value};
}

ByteCount missing_bytes(const Content& content, std::int64_t pieces_held) {
  const auto missing = std::clamp<std::int64_t>(content.pieces - pieces_held, 0, content.pieces);
  return {std::min(content.size.value, missing * content.piece_length.value)};
}

ByteCount least_useful(const Content& content, ByteCount missing) {
  return {std::max<std::int64_t>(1, std::min(content.piece_length.value, missing.value))};
}

Terms order_terms(const TermsInput& input) {
  Terms terms;
  terms.byte_limit = bytes_with_slack(input.missing, input.piece_length);
  if (input.spendable != kUnlimitedBytes) {
    const auto least = std::max(2 * input.piece_length.value, kLeastShare);
    const auto share = std::max(input.spendable / 4, std::min(input.spendable, least));
    terms.byte_limit.value = std::min(terms.byte_limit.value, share);
  }
  terms.rate_limit = input.upload_cap;
  if (input.cdn_limit.value > 0 && (terms.rate_limit.value == 0 || input.cdn_limit < terms.rate_limit)) {
    terms.rate_limit = input.cdn_limit;
  }
  if (input.policy_limit.value > 0 && (terms.rate_limit.value == 0 || input.policy_limit < terms.rate_limit)) {
    terms.rate_limit = input.policy_limit;
  }
  terms.ack_window = {window_of(input.missing.value, input.piece_length.value)};
  terms.not_after = input.now + input.life;
  if (input.grant_until) terms.not_after = std::min(terms.not_after, *input.grant_until);
  return terms;
}

}  // namespace waybill::tracker
