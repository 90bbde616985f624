// history_loader STORE TRACKER_KEY HISTORY EVIDENCE: plays a generated history (JSON, tests/auditor/README.md) into a
// store: signs its orders and receipts with real keys, and takes the receipts in as a running tracker does, batch by
// batch, on the history's own clock. EVIDENCE tells what was handed in and what was answered.
#include <fstream>
#include <future>
#include <iostream>

#include <nlohmann/json.hpp>

#include "common/crypto/ed25519.h"
#include "common/protocol/delivery.h"
#include "common/runtime/clock.h"
#include "common/types/check.h"
#include "tests/contract/sample_books.h"
#include "tracker/agreements/agreement_document.h"
#include "tracker/api/registry_view.h"
#include "tracker/ingest/ingest.h"
#include "tracker/ledger/books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;

// A history that does not fit is the test's own mistake.
template <typename T>
T must(Result<T> result, const std::string& what) {
  if (!result) throw std::runtime_error(what + ": " + result.error().message);
  return *std::move(result);
}
void must(const Status& status, const std::string& what) {
  if (!status) throw std::runtime_error(what + ": " + status.error().message);
}

TimeMs time_of(const json& value, const char* key) { return {value.at(key).get<std::int64_t>()}; }
IpAddress address_of(const json& value, const char* key) {
  return must(IpAddress::parse(value.at(key).get<std::string>()), key);
}
ContentId content_of(const json& value) { return sample::content_of(value.at("title").get<std::string>()); }
AgentKey agent_of(const json& value, const char* key) {
  return sample::key_of(value.at(key).get<std::string>()).public_key();
}

ContentClass class_of(const json& item) {
  return must(parse_content_class(item.at("class").get<std::string>()), "class");
}

class Loader {
 public:
  Loader(Store& store, crypto::KeyPair key) : store_(store), key_(std::move(key)) {
    for (const auto& isp : must(store_.registry().isps(), "isps")) isps_[isp.name] = isp.id;
  }

  void add_registry(const json& history) {
    for (const auto& item : history.value("contents", json::array())) {
      Content content;
      content.id = content_of(item);
      content.owner = item.at("owner");
      content.title = item.at("title");
      content.content_class = class_of(item);
      content.size = {item.at("size").get<std::int64_t>()};
      content.piece_length = {1 << 20};
      content.pieces = (content.size.value + content.piece_length.value - 1) / content.piece_length.value;
      content.published = time_of(item, "published");
      must(store_.registry().add_content(content, "d4:infode"), "content");
    }
    for (const auto& name : history.value("agents", json::array())) {
      EnrolledAgent agent;
      agent.key = sample::key_of(name.get<std::string>()).public_key();
      agent.name = name;
      must(store_.registry().enroll_agent(agent), "agent");
    }
    for (const auto& item : history.value("renegotiations", json::array())) renegotiate(item);
  }

  // An order of this history may be named by the receipts of a later one: all of them are remembered by the caller.
  json add_orders(const json& orders) {
    std::vector<IssuedOrder> issued;
    json envelopes = json::object();
    for (const auto& item : orders) {
      issued.push_back(issue(item));
      envelopes[std::to_string(item.at("number").get<int>())] = to_hex(issued.back().order.envelope);
    }
    must(store_.evidence().add_orders(issued), "orders");
    return envelopes;
  }

  json add_deliveries(const json& deliveries) {
    json envelopes = json::array();
    for (const auto& item : deliveries) {
      protocol::Delivery delivery;
      delivery.content = content_of(item);
      delivery.receiver = agent_of(item, "receiver");
      delivery.size = {item.at("size").get<std::int64_t>()};
      delivery.started = time_of(item, "started");
      delivery.completed = time_of(item, "completed");
      StoredDelivery stored;
      stored.content = delivery.content;
      stored.receiver = delivery.receiver;
      stored.owner = item.at("owner");
      stored.receiver_isp = isp(item, "isp");
      stored.size = delivery.size;
      stored.started = delivery.started;
      stored.completed = delivery.completed;
      stored.envelope = protocol::sign_delivery(sample::key_of(item.at("receiver").get<std::string>()), delivery);
      const bool added = must(store_.evidence().add_delivery(stored), "delivery");
      envelopes.push_back({{"envelope", to_hex(stored.envelope)}, {"added", added}});
    }
    return envelopes;
  }

  ByteString receipt_of(const json& item) const {
    protocol::Receipt receipt;
    receipt.id = {sample::order_id(item.at("order").get<int>()), item.at("sequence").get<std::int64_t>()};
    receipt.sent = {item.at("sent").get<std::int64_t>()};
    receipt.sent_total = {item.at("sent_total").get<std::int64_t>()};
    receipt.start = time_of(item, "start");
    receipt.end = time_of(item, "end");
    receipt.path = path_of(item);
    if (!item.at("acked_total").is_null()) {
      protocol::Acknowledgement acknowledgement;
      acknowledgement.order = receipt.id.order;
      acknowledgement.sequence = receipt.id.sequence;
      acknowledgement.total_bytes = {item.at("acked_total").get<std::int64_t>()};
      acknowledgement.total_pieces = 1;
      acknowledgement.time = receipt.end;
      receipt.acknowledgement =
          protocol::sign_acknowledgement(sample::key_of(item.at("acked_by").get<std::string>()), acknowledgement);
    }
    return protocol::sign_receipt(sample::key_of(item.at("signed_by").get<std::string>()), receipt);
  }

 private:
  IspId isp(const json& item, const char* key) const {
    const auto name = item.at(key).get<std::string>();
    return name.empty() ? IspId{} : isps_.at(name);
  }

  IssuedOrder issue(const json& item) const {
    protocol::ServeOrder order;
    order.id = sample::order_id(item.at("number").get<int>());
    order.content = content_of(item);
    order.owner = item.at("owner");
    order.sender = agent_of(item, "sender");
    order.receiver = agent_of(item, "receiver");
    order.agreement = {item.at("agreement").get<std::int64_t>()};
    order.ranges = {{0, 100}};
    order.byte_limit = {item.at("byte_limit").get<std::int64_t>()};
    order.ack_window = {32 << 20};
    if (item.at("stock")) {
      order.stock_address = address_of(item, "receiver_address");
      order.ack_window = order.byte_limit;
    }
    order.not_before = time_of(item, "not_before");
    order.not_after = time_of(item, "not_after");
    IssuedOrder issued;
    issued.order = protocol::sign_order(key_, order);
    issued.sender_address = address_of(item, "sender_address");
    issued.receiver_address = address_of(item, "receiver_address");
    issued.source_isp = isp(item, "source_isp");
    issued.destination_isp = isp(item, "destination_isp");
    issued.content_class = class_of(item);
    issued.issued_at = order.not_before;
    issued.on_net = issued.source_isp && issued.source_isp == issued.destination_isp;
    issued.cdn_node = !order.agreement;
    return issued;
  }

  static protocol::Path path_of(const json& item) {
    protocol::Path path;
    path.source = address_of(item, "source");
    path.destination = address_of(item, "destination");
    const auto& hops = item.at("hops");
    if (hops.empty()) return path;
    path.method = protocol::PathMethod::trace;
    path.probed_at = time_of(item, "start");
    for (const auto& hop : hops) {
      protocol::Hop one;
      one.ttl = static_cast<int>(path.hops.size()) + 1;
      if (!hop.is_null()) {
        one.address = must(IpAddress::parse(hop.get<std::string>()), "hop");
        one.rtt_us = 1000;
        if (*one.address == path.destination) one.side = protocol::HopSide::receiver;
        path.complete = path.complete || one.side == protocol::HopSide::receiver;
      }
      path.hops.push_back(one);
    }
    return path;
  }

  // Terms that were agreed in the past: the command refuses to begin them before its own clock.
  void renegotiate(const json& item) {
    const auto text = item.at("terms").dump();
    const auto now = time_of(item, "now");
    if (item.at("terms").contains("owner")) {
      must(renegotiate_owner_contract(store_, must(read_owner_contract(text), "contract"), now), "renegotiation");
    } else {
      must(renegotiate_isp_agreement(store_, must(read_isp_agreement(text), "agreement"), now), "renegotiation");
    }
  }

  Store& store_;
  crypto::KeyPair key_;
  std::map<std::string, IspId> isps_;
};

std::vector<int> take_in(Ingest& ingest, const std::vector<ByteString>& envelopes) {
  std::promise<BatchAnswer> answered;
  ingest.submit(protocol::encode_receipt_batch(envelopes),
                [&](BatchAnswer answer) { answered.set_value(std::move(answer)); });
  const auto answer = answered.get_future().get();
  if (answer.outcome != BatchOutcome::answered) throw std::runtime_error("a batch was not answered");
  return must(protocol::decode_receipt_answer(answer.body, envelopes.size()), "answer");
}

json load(const std::string& where, const crypto::KeyPair& key, const json& history) {
  runtime::WorkerThread thread("store", 64);
  std::unique_ptr<Store> store;
  std::shared_ptr<const RegistryView> view;
  std::optional<Loader> loader;
  json evidence{{"batches", json::array()}};
  thread.run_and_wait([&] {
    store = must(open_store(where), where);
    loader.emplace(*store, key);
    loader->add_registry(history);
    view = must(read_registry_view(*store), "registry");
    evidence["orders"] = loader->add_orders(history.at("orders"));
    evidence["deliveries"] = loader->add_deliveries(history.at("deliveries"));
  });
  runtime::ManualClock clock(TimeMs{0});
  IngestCallbacks callbacks;
  callbacks.tables = [&] { return std::shared_ptr<const PathTables>(view, &view->paths); };
  {
    Ingest ingest(*store, thread, clock, callbacks);
    for (const auto& batch : history.at("batches")) {
      clock.set(time_of(batch, "at"));
      std::vector<ByteString> envelopes;
      json hex = json::array();
      for (const auto& item : batch.at("receipts")) {
        envelopes.push_back(loader->receipt_of(item));
        hex.push_back(to_hex(envelopes.back()));
      }
      const auto statuses = take_in(ingest, envelopes);
      evidence["batches"].push_back({{"at", batch.at("at")}, {"receipts", hex}, {"statuses", statuses}});
    }
  }
  thread.run_and_wait([&] { store.reset(); });
  return evidence;
}

}  // namespace
}  // namespace waybill::tracker

int main(int count, char** words) {
  using namespace waybill;
  if (count != 5) {
    std::cerr << "usage: history_loader STORE TRACKER_KEY HISTORY EVIDENCE\n";
    return 2;
  }
  try {
    const auto key = crypto::KeyPair::load(words[2]);
    if (!key) throw std::runtime_error(key.error().message);
    std::ifstream input(words[3]);
    const auto evidence = tracker::load(words[1], *key, nlohmann::json::parse(input));
    std::ofstream output(words[4]);
    output << evidence.dump();
    if (!output.flush()) throw std::runtime_error(std::string(words[4]) + " cannot be written");
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "history_loader: " << error.what() << "\n";
    return 1;
  }
}
