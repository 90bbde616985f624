#include "tracker/access/offer.h"

#include <iterator>

namespace waybill::tracker {

namespace {

constexpr auto kReads = Effect::reads;
constexpr auto kChanges = Effect::changes;

constexpr Offer kOfReads[] = {
    {"report bytes", kReads, Side::traffic, Side::traffic},
    {"report files", kReads, Side::deliveries, Side::deliveries},
    {"report balance", kReads, Side::balance, Side::traffic},
    {"report matrix", kReads, Side::traffic, Side::traffic},
    {"report shares", kReads, Side::traffic, Side::traffic},
    {"report components", kReads, Side::components},
    {"report series", kReads, Side::components},
    {"report percentile", kReads, Side::components},
    {"report commitment", kReads, Side::books, Side::books},
    {"report saved list", kReads},
    {"report saved answers", kReads},
    {"report saved show", kReads},
    {"records", kReads, Side::records},
    {"records difference", kReads},
    {"records re-resolutions", kReads},
    {"transfers", kReads, Side::transfers},
    {"settle", kReads, Side::books},
    {"period list", kReads, Side::books, Side::books},
    {"period show", kReads, Side::books, Side::books},
    {"period balance", kReads},
    {"invoice list", kReads, Side::books, Side::books},
    {"invoice show", kReads, Side::rows, Side::rows},
    {"journal", kReads},
    {"audit", kReads},
    {"isp list", kReads, Side::rows},
    {"isp show", kReads, Side::named},
    {"agreement list", kReads, Side::books},
    {"agreement show", kReads, Side::books, Side::books},
    {"component list", kReads, Side::rows},
    {"component show", kReads, Side::rows},
    {"component insight list", kReads},
    {"routing show", kReads},
    {"path", kReads},
    {"object list", kReads},
    {"object show", kReads},
    {"policy list", kReads, Side::rows},
    {"policy why", kReads},
    {"alert list", kReads, Side::rows},
    {"alert show", kReads, Side::rows},
    {"alert deliveries", kReads},
    {"alert channel list", kReads},
    {"content list", kReads, Side::none, Side::books},
    {"content show", kReads, Side::none, Side::rows},
    {"agent list", kReads},
    {"agents", kReads},
    {"explain", kReads},
    {"orders", kReads},
    {"watch", kReads},
    {"token list", kReads},
    {"subscriber list", kReads},
    {"content webseed list", kReads},
};

// Not `alert channel add` and `routing load`: they name files of the tracker's machine, and what is told where and what
// is known of networks is set up there.
constexpr Offer kOfChanges[] = {
    {"report save", kChanges},
    {"report saved end", kChanges},
    {"records re-resolve", kChanges},
    {"period close", kChanges},
    {"invoice issue", kChanges},
    {"invoice credit", kChanges},
    {"isp add", kChanges},
    {"isp remove", kChanges},
    {"isp asn", kChanges},
    {"agreement add", kChanges},
    {"agreement renegotiate", kChanges},
    {"agreement end", kChanges},
    {"component add", kChanges},
    {"component import", kChanges},
    {"component remove", kChanges},
    {"component insight add", kChanges},
    {"component insight import", kChanges},
    {"component insight remove", kChanges},
    {"routing drop", kChanges},
    {"object add", kChanges},
    {"object end", kChanges},
    {"policy add", kChanges},
    {"policy end", kChanges},
    {"alert add", kChanges},
    {"alert end", kChanges},
    {"alert acknowledge", kChanges},
    {"alert silence", kChanges},
    {"alert test", kChanges},
    {"alert channel remove", kChanges},
    {"content remove", kChanges},
    {"content webseed add", kChanges},
    {"content webseed remove", kChanges},
    {"records import-log", kChanges},
    {"enroll-link", kChanges},
    {"agent remove", kChanges},
    {"token revoke", kChanges},
    {"subscriber revoke", kChanges},
};

}  // namespace

const std::vector<Offer>& offers() {
  static const std::vector<Offer> kOffers = [] {
    std::vector<Offer> all(std::begin(kOfReads), std::end(kOfReads));
    all.insert(all.end(), std::begin(kOfChanges), std::end(kOfChanges));
    return all;
  }();
  return kOffers;
}

const Offer* find_offer(std::string_view command) {
  for (const auto& offer : offers()) {
    if (offer.command == command) return &offer;
  }
  return nullptr;
}

bool names_clients(const Offer& offer) {
  for (const auto side : {offer.isp, offer.owner}) {
    if (side == Side::traffic || side == Side::records || side == Side::transfers || side == Side::deliveries)
      return true;
  }
  return false;
}

bool offered_to(const Offer& offer, Role role) {
  switch (role) {
    case Role::operator_role:
      return true;
    case Role::auditor:
      return offer.effect == Effect::reads;
    case Role::isp:
      return offer.effect == Effect::reads && offer.isp != Side::none;
    case Role::owner:
      return offer.effect == Effect::reads && offer.owner != Side::none;
  }
  return false;
}

std::vector<Role> roles_of(const Offer& offer) {
  std::vector<Role> roles;
  for (const auto role : {Role::operator_role, Role::auditor, Role::isp, Role::owner}) {
    if (offered_to(offer, role)) roles.push_back(role);
  }
  return roles;
}

}  // namespace waybill::tracker
