// What stock clients announce and scrape, and the v1 torrents that CDN nodes tell.
#include <cstdint>

#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"
#include "common/types/check.h"
#include "tracker/announce/announce_answer.h"
#include "tracker/announce/announce_request.h"
#include "tracker/announce/twin_torrent.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  using namespace waybill::tracker;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto observed = IpAddress::from_v4(0xc6336407);
  if (const auto announce = parse_announce(input, observed)) {
    WAYBILL_ASSERT(announce->port > 0 && announce->peer_id.size() == kPeerIdBytes, "an announce without a peer");
    for (const auto total : {announce->uploaded, announce->downloaded, announce->left}) {
      WAYBILL_ASSERT(total >= 0 && total <= protocol::kMaxContentBytes, "an absurd number was taken");
    }
    WAYBILL_ASSERT(announce->numwant >= 0 && announce->numwant <= 200, "an absurd number of peers");
  } else {
    const auto failure = encode_failure(announce.error().message);
    WAYBILL_ASSERT(protocol::decode(failure, failure.size()), "a failure that no client can read");
  }
  if (const auto scrape = parse_scrape(input)) {
    WAYBILL_ASSERT(!scrape->empty() && scrape->size() <= kMaxScrapedContents, "a scrape beyond its bounds");
  }
  Content content;
  content.size = {40'000};
  content.piece_length = {16'384};
  content.pieces = 3;
  if (read_twin(input, content)) {
    const auto subscribed = with_announce(input, "http://t/announce/k", {});
    WAYBILL_ASSERT(subscribed && !read_twin(*subscribed, content), "a twin with a tracker was taken");
  }
  return 0;
}
