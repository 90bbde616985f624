#include "tracker/store/evidence.h"

#include "common/crypto/digest.h"

namespace waybill::tracker {

OrderFacts facts_of(const IssuedOrder& issued) {
  const auto& order = issued.order.order;
  OrderFacts facts;
  facts.id = order.id;
  facts.content = order.content;
  facts.owner = order.owner;
  facts.content_class = issued.content_class;
  facts.sender = order.sender;
  facts.receiver = order.receiver;
  facts.agreement = order.agreement;
  facts.source_isp = issued.source_isp;
  facts.destination_isp = issued.destination_isp;
  facts.sender_address = issued.sender_address;
  facts.receiver_address = issued.receiver_address;
  facts.issued_at = issued.issued_at;
  facts.not_before = order.not_before;
  facts.not_after = order.not_after;
  facts.byte_limit = order.byte_limit;
  facts.pieces = order.piece_count();
  facts.on_net = issued.on_net;
  facts.cdn_node = issued.cdn_node;
  facts.unacknowledged = order.stock_address.has_value();
  return facts;
}

namespace {

// Every field with its length or in decimal with an end mark, so that two paths never give the same bytes.
class PathBytes {
 public:
  void add(std::int64_t number) { bytes_.append(std::to_string(number)).push_back(';'); }
  void add(const std::string& text) {
    add(static_cast<std::int64_t>(text.size()));
    bytes_.append(text);
  }
  void add(const std::optional<IpAddress>& address) { add(address ? address->str() : std::string()); }
  const ByteString& bytes() const { return bytes_; }

 private:
  ByteString bytes_;
};

}  // namespace

std::shared_ptr<const PathToRecord> path_to_record(ResolvedPath path) {
  PathBytes bytes;
  bytes.add(path.table_version);
  bytes.add(static_cast<std::int64_t>(path.on_net));
  bytes.add(path.printed);
  for (const auto isp : path.isps) bytes.add(isp.value);
  bytes.add(std::string("components"));
  for (const auto& component : path.components) {
    bytes.add(static_cast<std::int64_t>(component.kind));
    bytes.add(component.registered.value);
    bytes.add(component.key);
    bytes.add(component.label);
    bytes.add(component.owner);
    bytes.add(component.isp.value);
    bytes.add(component.into.value);
    bytes.add(component.near_address);
    bytes.add(component.far_address);
    bytes.add(static_cast<std::int64_t>(component.inferred));
    bytes.add(static_cast<std::int64_t>(component.isp_source));
  }
  return std::make_shared<const PathToRecord>(PathToRecord{crypto::sha256(bytes.bytes()), std::move(path)});
}

}  // namespace waybill::tracker
