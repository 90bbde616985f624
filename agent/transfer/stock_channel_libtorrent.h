#pragma once
// One connection of a stock BitTorrent client on a content's v1 twin. It proves no key and acknowledges nothing: it is
// served exactly while a live order of the tracker names its address, within that order's pieces, bytes, rate and time.
// libtorrent owns the plugin; the content holds a plain pointer that on_disconnect takes back.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>

#include "agent/transfer/block_meter_libtorrent.h"
#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/rate_classes_libtorrent.h"

namespace waybill::transfer {

class TransferCore;

class StockChannel final : public lt::peer_plugin {
 public:
  StockChannel(TransferCore& core, std::shared_ptr<Content> content, const lt::peer_connection_handle& peer);
  ~StockChannel() override;

  const IpAddress& address() const { return address_; }
  bool serving() const { return open_; }
  void reconsider_service();  // something changed: orders, consent, content
  void close(const std::string& why);
  void look_at_clock(DurationMs monotonic);  // closes what is over; `this` may be gone afterwards

  // libtorrent's hooks.
  bool on_handshake(lt::span<char const> reserved) override;
  void on_disconnect(lt::error_code const& error) override;
  bool on_interested() override;
  bool on_request(lt::peer_request const& request) override;
  void sent_piece(lt::peer_request const& request) override { meter_.sent(request); }
  void sent_payload(int bytes) override;
  void sent_reject_request(lt::peer_request const& request) override { meter_.rejected(request); }

 private:
  std::vector<orders::BookedOrder*> live_orders();
  protocol::Refusal judge(const orders::Block& block, orders::BookedOrder*& charged);
  void refuse_block(lt::peer_request const& request, protocol::Refusal reason);
  void limit_rate(const std::vector<orders::BookedOrder*>& live);
  void open_service();
  void close_service();

  TransferCore& core_;
  const std::shared_ptr<Content> content_;
  lt::peer_connection_handle peer_;
  const IpAddress address_;
  DurationMs idle_since_;  // since when nothing may be served here
  bool registered_ = true;
  bool closing_ = false;
  bool open_ = false;
  bool interested_ = false;  // it has asked to be unchoked: its handshake, and our bitfield, lie behind us
  bool fast_ = false;        // speaks BEP 6: hears of refused blocks
  int refusals_ = 0;
  RateClass rate_class_;
  BlockMeter meter_;
};

}  // namespace waybill::transfer
