#pragma once
// The rate limit of an order, held by libtorrent's own bandwidth manager: a peer class for each limited connection.
#include <libtorrent/peer_class.hpp>
#include <libtorrent/peer_connection_handle.hpp>

#include "common/types/units.h"

namespace waybill::transfer {

class TransferCore;

// One connection's class; 0 (libtorrent's global one) while it needs none.
struct RateClass {
  lt::peer_class_t id{0};
  ByteRate limit;
};

class RateClasses {
 public:
  explicit RateClasses(TransferCore& core) : core_(core) {}
  // Lets maybe_unchoke_this_peer() unchoke it: libtorrent has no slots to give away by itself.
  void admit(const lt::peer_connection_handle& peer);
  // 0: no limit. False when libtorrent's 32 classes are all in use: then the order is not served.
  bool limit(const lt::peer_connection_handle& peer, RateClass& held, ByteRate rate);
  void release(RateClass& held);

 private:
  lt::peer_class_t create(const char* name);  // 0 when there is none left
  TransferCore& core_;
  lt::peer_class_t served_{0};
};

}  // namespace waybill::transfer
