#pragma once
// The tracker's HTTP routes (common/protocol/README.md): enrolling, uploading receipts, publishing, and the content URL
// that owners' pages redirect to (patent FIG. 3A, 352). Owned by the loop.
#include <filesystem>
#include <functional>

#include "common/net/http_server.h"
#include "common/protocol/enroll.h"
#include "tracker/api/control_desk.h"
#include "tracker/api/store_bridge.h"

namespace waybill::tracker {

class HttpRoutes {
 public:
  // Hands a batch to the ingest; answers later with HTTP status and body.
  using AnswerReceipts = std::function<void(int status, ByteString body)>;
  using SubmitReceipts = std::function<void(ByteString batch, AnswerReceipts answer)>;
  // What was published becomes part of the registry that decisions use.
  using UseRegistry = std::function<void(std::shared_ptr<const RegistryView>)>;

  HttpRoutes(crypto::PublicKey tracker_key, const runtime::Clock& clock, StoreBridge& bridge, ControlDesk& desk,
             SubmitReceipts submit_receipts, UseRegistry use_registry, std::filesystem::path data = {});
  void handle(net::HttpRequest request, net::Respond respond);

 private:
  void enroll(const net::HttpRequest& request, const net::Respond& respond);
  void enroll_checked(const protocol::EnrollRequest& request, const net::Respond& respond);
  void publish(const net::HttpRequest& request, const net::Respond& respond);
  void receipts(net::HttpRequest request, const net::Respond& respond);
  void content_page(const net::HttpRequest& request, const net::Respond& respond);
  void torrent(const net::HttpRequest& request, const net::Respond& respond);
  void register_twin(const net::HttpRequest& request, const net::Respond& respond);
  void twin(const net::HttpRequest& request, const net::Respond& respond);
  // The content that the path names after `prefix`; answers 404 or 410 itself where it is not to be had.
  const Content* find_content(const net::HttpRequest& request, const char* prefix, const net::Respond& respond);

  crypto::PublicKey tracker_key_;
  const runtime::Clock& clock_;
  StoreBridge& bridge_;
  ControlDesk& desk_;
  SubmitReceipts submit_receipts_;
  UseRegistry use_registry_;
  std::filesystem::path data_;  // the tracker\'s directory, for read_registry_view
};

}  // namespace waybill::tracker
