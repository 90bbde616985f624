#include "common/protocol/refusal.h"

namespace waybill::protocol {

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "none";
    case Refusal::key_not_proven:
      return "key_not_proven";
    case Refusal::no_order:
      return "no_order";
    case Refusal::order_invalid:
      return "order_invalid";
    case Refusal::order_for_another:
      return "order_for_another";
    case Refusal::order_not_begun:
      return "order_not_begun";
    case Refusal::order_expired:
      return "order_expired";
    case Refusal::order_revoked:
      return "order_revoked";
    case Refusal::sharing_off:
      return "sharing_off";
    case Refusal::block_out_of_range:
      return "block_out_of_range";
    case Refusal::block_size_invalid:
      return "block_size_invalid";
    case Refusal::piece_outside_order:
      return "piece_outside_order";
    case Refusal::bytes_exhausted:
      return "bytes_exhausted";
    case Refusal::acknowledgement_overdue:
      return "acknowledgement_overdue";
    case Refusal::acknowledgement_invalid:
      return "acknowledgement_invalid";
    case Refusal::message_malformed:
      return "message_malformed";
    case Refusal::upload_cap_reached:
      return "upload_cap_reached";
    case Refusal::version_unsupported:
      return "version_unsupported";
    case Refusal::not_enrolled:
      return "not_enrolled";
    case Refusal::key_proof_invalid:
      return "key_proof_invalid";
    case Refusal::control_malformed:
      return "control_malformed";
    case Refusal::content_unknown:
      return "content_unknown";
    case Refusal::content_removed:
      return "content_removed";
    case Refusal::no_source:
      return "no_source";
    case Refusal::enroll_token_invalid:
      return "enroll_token_invalid";
    case Refusal::role_not_permitted:
      return "role_not_permitted";
    case Refusal::replaced_by_newer_connection:
      return "replaced_by_newer_connection";
    case Refusal::too_busy:
      return "too_busy";
    case Refusal::source_stalled:
      return "source_stalled";
    case Refusal::grant_ended:
      return "grant_ended";
    case Refusal::request_ended:
      return "request_ended";
    case Refusal::source_gone:
      return "source_gone";
    case Refusal::quota_exhausted:
      return "quota_exhausted";
  }
  return "unknown";
}

Refusal refusal_from_number(int number) {
  const auto refusal = static_cast<Refusal>(number);
  return name_of(refusal) == "unknown" ? Refusal::none : refusal;
}

}  // namespace waybill::protocol
