#include <algorithm>
#include <limits>

#include <libtorrent/aux_/session_interface.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/peer_connection.hpp>

#include "agent/transfer/rate_classes_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"

namespace waybill::transfer {

namespace {

constexpr std::uint32_t kClassesInFilter = 32;  // libtorrent's address filter names classes by the bits of a word

bool is_set(lt::peer_class_t id) { return static_cast<std::uint32_t>(id) != 0; }

// libtorrent assigns classes by address when a connection begins, and offers no other way in. Here the address filter
// is set for the moment of one call, on the session's own thread, so that only this connection gets the class.
void assign(lt::session& session, lt::peer_connection& connection, lt::peer_class_t id) {
  const auto before = session.get_peer_class_filter();
  auto with_class = before;
  const auto address = connection.remote().address();
  with_class.add_rule(address, address, 1u << static_cast<std::uint32_t>(id));
  session.set_peer_class_filter(with_class);
  // Named a uTP socket, which brings no class of its own along.
  connection.m_ses.set_peer_classes(&connection, address, lt::socket_type_t::utp);
  session.set_peer_class_filter(before);
}

}  // namespace

lt::peer_class_t RateClasses::create(const char* name) {
  auto& session = core_.session();
  const auto id = session.create_peer_class(name);
  if (static_cast<std::uint32_t>(id) < kClassesInFilter) return id;
  session.delete_peer_class(id);
  return lt::peer_class_t{0};
}

void RateClasses::admit(const lt::peer_connection_handle& peer) {
  const auto connection = peer.native_handle();
  if (!connection) return;
  if (!is_set(served_)) {
    served_ = create("served");
    auto info = core_.session().get_peer_class(served_);
    info.ignore_unchoke_slots = true;
    core_.session().set_peer_class(served_, info);
  }
  assign(core_.session(), *connection, served_);
}

bool RateClasses::limit(const lt::peer_connection_handle& peer, RateClass& held, ByteRate rate) {
  const auto connection = peer.native_handle();
  if (!connection) return true;
  auto& session = core_.session();
  if (!is_set(held.id)) {
    if (rate.value == 0) return true;
    held.id = create("order");
    if (!is_set(held.id)) return false;
    assign(session, *connection, held.id);
  }
  auto info = session.get_peer_class(held.id);
  const auto most = static_cast<std::int64_t>(std::numeric_limits<int>::max());
  info.upload_limit = static_cast<int>(std::min(most, rate.value));
  session.set_peer_class(held.id, info);
  held.limit = rate;
  return true;
}

void RateClasses::release(RateClass& held) {
  if (is_set(held.id) && !core_.closed()) core_.session().delete_peer_class(held.id);
  held = {};
}

}  // namespace waybill::transfer
