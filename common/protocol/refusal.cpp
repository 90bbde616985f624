#include "common/protocol/refusal.h"

#include <algorithm>
#include <iterator>

namespace waybill::protocol {

namespace {

struct Named {
  Refusal refusal;
  std::string_view name;
};
// Every refusal of the enumeration, in its order.
constexpr Named kNames[] = {
    {Refusal::none, "none"},
    {Refusal::key_not_proven, "key_not_proven"},
    {Refusal::no_order, "no_order"},
    {Refusal::order_invalid, "order_invalid"},
    {Refusal::order_for_another, "order_for_another"},
    {Refusal::order_not_begun, "order_not_begun"},
    {Refusal::order_expired, "order_expired"},
    {Refusal::order_revoked, "order_revoked"},
    {Refusal::sharing_off, "sharing_off"},
    {Refusal::block_out_of_range, "block_out_of_range"},
    {Refusal::block_size_invalid, "block_size_invalid"},
    {Refusal::piece_outside_order, "piece_outside_order"},
    {Refusal::bytes_exhausted, "bytes_exhausted"},
    {Refusal::acknowledgement_overdue, "acknowledgement_overdue"},
    {Refusal::acknowledgement_invalid, "acknowledgement_invalid"},
    {Refusal::message_malformed, "message_malformed"},
    {Refusal::upload_cap_reached, "upload_cap_reached"},
    {Refusal::version_unsupported, "version_unsupported"},
    {Refusal::not_enrolled, "not_enrolled"},
    {Refusal::key_proof_invalid, "key_proof_invalid"},
    {Refusal::control_malformed, "control_malformed"},
    {Refusal::content_unknown, "content_unknown"},
    {Refusal::content_removed, "content_removed"},
    {Refusal::no_source, "no_source"},
    {Refusal::enroll_token_invalid, "enroll_token_invalid"},
    {Refusal::role_not_permitted, "role_not_permitted"},
    {Refusal::replaced_by_newer_connection, "replaced_by_newer_connection"},
    {Refusal::too_busy, "too_busy"},
    {Refusal::source_stalled, "source_stalled"},
    {Refusal::grant_ended, "grant_ended"},
    {Refusal::request_ended, "request_ended"},
    {Refusal::source_gone, "source_gone"},
    {Refusal::quota_exhausted, "quota_exhausted"},
    {Refusal::order_replaced, "order_replaced"},
    {Refusal::policy_limit, "policy_limit"},
    {Refusal::owner_limit, "owner_limit"},
};

const Named* find(Refusal refusal) {
  const auto found =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const Named& each) { return each.refusal == refusal; });
  return found == std::end(kNames) ? nullptr : found;
}

}  // namespace

std::string_view name_of(Refusal refusal) {
  const auto* known = find(refusal);
  return known == nullptr ? "unknown" : known->name;
}

Refusal refusal_from_number(int number) {
  const auto* known = find(static_cast<Refusal>(number));
  return known == nullptr ? Refusal::none : known->refusal;
}

}  // namespace waybill::protocol
