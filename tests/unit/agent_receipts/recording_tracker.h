#pragma once
// A tracker that speaks the real upload protocol on a real socket, records receipts in memory, and fails in the ways in
// which a real one may: an answer that never arrives, a receipt that it cannot store yet.
#include <map>
#include <memory>
#include <random>

#include <doctest/doctest.h>

#include "common/net/http_server.h"
#include "common/protocol/limits.h"
#include "common/protocol/receipt.h"
#include "common/protocol/receipt_status.h"

namespace waybill::receipts {

class RecordingTracker {
 public:
  RecordingTracker(runtime::EventLoop& loop, std::uint64_t seed) : random_(seed) {
    net::HttpServerOptions options;
    options.listen = Endpoint::parse("127.0.0.1:0").value();
    net::HttpServer::Handlers handlers;
    handlers.on_request = [this](net::HttpRequest request, net::Respond respond) { answer(request, respond); };
    handlers.accepts_web_socket = [](const net::HttpRequest&) { return false; };
    server_ = net::HttpServer::start(loop, options, handlers).value();
  }

  std::uint16_t port() const { return server_->local().port; }
  net::Url url() const { return {"http", "127.0.0.1", port(), "/"}; }

  // Percent of batches whose answer is lost after they were recorded, and of receipts that are told to come back.
  int lose_answers = 0, postpone = 0;
  std::map<protocol::ReceiptId, protocol::ReceiptStatus> judgements;  // said instead of recording
  std::map<protocol::ReceiptId, ByteString> recorded;
  int batches = 0, repeated = 0, contradicted = 0;
  int fail_with = 0;  // an HTTP status for everything; 0: none

 private:
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  protocol::ReceiptStatus judge(const ByteString& envelope) {
    using protocol::ReceiptStatus;
    const auto opened = protocol::read_receipt(envelope);
    REQUIRE(opened);
    const auto id = opened->receipt.id;
    if (const auto said = judgements.find(id); said != judgements.end()) return said->second;
    if (const auto known = recorded.find(id); known != recorded.end()) {
      ++(known->second == envelope ? repeated : contradicted);
      return known->second == envelope ? ReceiptStatus::exists : ReceiptStatus::exists_with_different_content;
    }
    if (chance(postpone)) return ReceiptStatus::try_later;
    recorded[id] = envelope;
    return ReceiptStatus::recorded;
  }

  void answer(const net::HttpRequest& request, const net::Respond& respond) {
    ++batches;
    if (fail_with != 0) return respond(net::text_response(fail_with, "not now"));
    REQUIRE(request.path() == protocol::kReceiptsPath);
    const auto batch = protocol::decode_receipt_batch(request.body);
    REQUIRE(batch);
    std::vector<int> statuses;
    for (const auto& envelope : *batch) statuses.push_back(static_cast<int>(judge(envelope)));
    if (chance(lose_answers)) return respond(net::text_response(503, "the answer is lost"));
    respond({200, {}, protocol::encode_receipt_answer(statuses)});
  }

  std::mt19937_64 random_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace waybill::receipts
