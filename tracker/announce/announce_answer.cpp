#include "tracker/announce/announce_answer.h"

#include "common/protocol/bencode.h"

namespace waybill::tracker {

namespace {

using protocol::Dictionary;
using protocol::List;

// Network byte order: 4 or 16 bytes of address, 2 of port.
void append(ByteString& peers, const Endpoint& source, std::size_t address_bytes) {
  const auto& bytes = source.address.bytes;
  peers.append(reinterpret_cast<const char*>(bytes.data()) + bytes.size() - address_bytes, address_bytes);
  peers.push_back(static_cast<char>(source.port >> 8));
  peers.push_back(static_cast<char>(source.port & 0xff));
}

}  // namespace

ByteString encode_answer(const AnnounceAnswer& answer) {
  Dictionary fields{{"interval", answer.interval.value / 1000},
                    {"min interval", std::min(answer.interval, kMinAnnounceInterval).value / 1000},
                    {"complete", answer.complete},
                    {"incomplete", answer.incomplete}};
  if (answer.compact) {
    ByteString peers, peers6;
    for (const auto& source : answer.sources) {
      source.address.is_v4() ? append(peers, source, 4) : append(peers6, source, 16);
    }
    fields.emplace("peers", std::move(peers));
    if (!peers6.empty()) fields.emplace("peers6", std::move(peers6));
  } else {
    List peers;
    for (const auto& source : answer.sources) {
      peers.emplace_back(Dictionary{{"ip", source.address.str()}, {"port", static_cast<std::int64_t>(source.port)}});
    }
    fields.emplace("peers", std::move(peers));
  }
  return protocol::encode(fields);
}

ByteString encode_failure(const std::string& reason) {
  return protocol::encode(Dictionary{{"failure reason", reason}});
}

ByteString encode_scrape(const std::vector<ScrapedContent>& contents) {
  Dictionary files;
  for (const auto& content : contents) {
    files.emplace(content.twin.str(), Dictionary{{"complete", content.complete},
                                                 {"downloaded", content.downloaded},
                                                 {"incomplete", content.incomplete}});
  }
  return protocol::encode(Dictionary{{"files", std::move(files)}});
}

}  // namespace waybill::tracker
