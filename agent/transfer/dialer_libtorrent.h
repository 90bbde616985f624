#pragma once
// Opens connections, by TCP as a rule and by uTP where both ends must open at the same time through their NATs.
// libtorrent decides between the two by a setting of the whole session when it connects, some time after it was asked:
// so the setting changes only while nothing of the other kind is on its way.
#include <memory>
#include <vector>

#include "agent/transfer/content_libtorrent.h"
#include "common/types/ip.h"

namespace waybill::transfer {

class TransferCore;

class Dialer {
 public:
  explicit Dialer(TransferCore& core) : core_(core) {}

  enum class Way { ordinary, through_nats };
  void dial(const std::shared_ptr<Content>& content, const Endpoint& to, Way way);
  void connecting(const Content& content, const Endpoint& to);  // from a channel: libtorrent has begun to
  void tick();

 private:
  struct Call {
    std::weak_ptr<Content> content;
    Endpoint to;
    DurationMs asked{};  // of libtorrent
  };
  using Calls = std::vector<Call>;
  void ask(Call call);
  void change_to(Way way);

  TransferCore& core_;
  Way way_ = Way::ordinary;  // what the session's settings say
  Calls waiting_ordinary_;
  Calls waiting_nats_;
  Calls asked_;  // of libtorrent, the `way_`; no connection begun yet
};

// libtorrent begins to connect within its second; what it does not begin by then it has dropped.
inline constexpr DurationMs kDialPatience = seconds(3);

}  // namespace waybill::transfer
