#pragma once
// Why an agent, or the tracker's control channel, refuses. Numbers are on the wire: never renumbered, never reused.
#include <string_view>

namespace waybill::protocol {

enum class Refusal : int {
  none = 0,
  // The gate (agent/orders), to a peer. Where several apply, the lowest number is said.
  key_not_proven = 1,     // no proof of the peer's key yet
  no_order = 2,           // no order names this peer as the receiver of this content from this sender
  order_invalid = 3,      // malformed, or not signed by the pinned tracker
  order_for_another = 4,  // another sender, receiver or content
  order_not_begun = 5,
  order_expired = 6,
  order_revoked = 7,
  sharing_off = 8,          // the owner of the machine has not consented (any more)
  block_out_of_range = 9,   // no such piece, or beyond the piece's end
  block_size_invalid = 10,  // longer than kBlockBytes, or empty
  piece_outside_order = 11,
  bytes_exhausted = 12,          // the order's byte limit is used up
  acknowledgement_overdue = 13,  // a full window is unacknowledged: choked, not disconnected
  acknowledgement_invalid = 14,
  message_malformed = 15,  // an extension message that cannot be read, or is too large
  upload_cap_reached = 16,
  // The control channel and the tracker's HTTP routes.
  version_unsupported = 40,
  not_enrolled = 41,       // the key is not known: enroll first
  key_proof_invalid = 42,  // the signature over the challenge is not this key's
  control_malformed = 43,
  content_unknown = 44,
  content_removed = 45,
  no_source = 46,  // nobody may serve it at this moment, CDN nodes included
  enroll_token_invalid = 47,
  role_not_permitted = 48,  // e.g. publishing without being a CDN node
  replaced_by_newer_connection = 49,
  too_busy = 50,
  source_stalled = 51,   // an order is revoked because its source delivers nothing
  grant_ended = 52,      // an order is revoked because the ISP's grant is no longer in force
  request_ended = 53,    // an order is revoked because the receiver has finished or given up
  source_gone = 54,      // an order is revoked because its source left the control channel or the content
  quota_exhausted = 55,  // an order is revoked because the agreement's byte quota is used up
  order_replaced = 56,   // an order is revoked because another one between the same two took its place
  policy_limit = 57,     // an order is revoked because a network capacity policy permits no more
  owner_limit = 58,      // the content's owner does not want this receiver served at the moment
};

std::string_view name_of(Refusal refusal);
// `none` for numbers that this version does not know.
Refusal refusal_from_number(int number);

}  // namespace waybill::protocol
