#pragma once
// Domain tags: the first bytes under every signature, one for each kind of signed object. Never reused, never changed.
namespace waybill::protocol {

inline constexpr char kOrderDomain[] = "waybill order 1";
inline constexpr char kAcknowledgementDomain[] = "waybill acknowledgement 1";
inline constexpr char kReceiptDomain[] = "waybill receipt 1";
inline constexpr char kDeliveryDomain[] = "waybill delivery 1";
inline constexpr char kHelloDomain[] = "waybill hello 1";
inline constexpr char kEnrollDomain[] = "waybill enroll 1";
inline constexpr char kPublishDomain[] = "waybill publish 1";
inline constexpr char kPeerDomain[] = "waybill peer 1";
inline constexpr char kTwinDomain[] = "waybill twin 1";
inline constexpr char kSubscriberDomain[] = "waybill subscriber 1";
inline constexpr char kStatementDomain[] = "waybill statement 1";

}  // namespace waybill::protocol
