#include <algorithm>

#include "agent/transfer/block_meter_libtorrent.h"
#include "common/types/check.h"

namespace waybill::transfer {

BlockMeter::~BlockMeter() {
  take_back_granted();
  for (const auto& block : buffered_) take_back(block);
}

void BlockMeter::take_back(const Written& block) {
  if (auto* order = book_.find(block.order)) book_.taken_back(*order, ByteCount{block.bytes});
}

void BlockMeter::granted(const lt::peer_request& request, const OrderId& order) {
  granted_.emplace(block_key(request), Written{order, request.length});
}

void BlockMeter::rejected(const lt::peer_request& request) {
  const auto at = granted_.find(block_key(request));
  if (at == granted_.end()) return;
  take_back(at->second);
  granted_.erase(at);
}

void BlockMeter::sent(const lt::peer_request& request) {
  const auto at = granted_.find(block_key(request));
  WAYBILL_ASSERT(at != granted_.end() && at->second.bytes == request.length, "a block is sent that was not granted");
  buffered_.push_back(at->second);
  granted_.erase(at);
}

void BlockMeter::written(std::int64_t bytes, TimeMs now) {
  while (bytes > 0) {
    WAYBILL_ASSERT(!buffered_.empty(), "payload is written that was not granted");
    auto& front = buffered_.front();
    const auto part = std::min(bytes, front.bytes);
    if (auto* order = book_.find(front.order)) book_.written(*order, ByteCount{part}, now);
    front.bytes -= part;
    bytes -= part;
    if (front.bytes == 0) buffered_.pop_front();
  }
}

void BlockMeter::take_back_granted() {
  for (const auto& [key, block] : granted_) take_back(block);
  granted_.clear();
}

}  // namespace waybill::transfer
