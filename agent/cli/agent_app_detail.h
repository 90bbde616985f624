#pragma once
// What an AgentApp is made of. For agent_app.cpp and the .cpp files that hold its other halves.
#include <set>

#include "agent/cli/agent_app.h"
#include "agent/cli/serving_desk.h"
#include "agent/control/control_session.h"
#include "agent/receipts/receipt_uploader.h"
#include "common/runtime/clock.h"
#include "common/runtime/random.h"

namespace waybill::cli {

struct AgentApp::Impl {
  Impl(runtime::EventLoop& event_loop, AppOptions app_options, std::function<void(std::string)> on_ended);
  ~Impl();

  Status open();
  void assemble();
  void take(const transfer::TransferEvent& event);
  void take(const protocol::ControlMessage& message);
  void take(const protocol::Reach& tried);
  void take(const transfer::PortForwarded& forwarded);
  void welcomed(const protocol::Welcome& welcome);
  protocol::Hello hello();
  void tick();
  bool tell_tracker(const protocol::ControlMessage& message) { return session && session->send(message); }
  void ask_for_twin(const ContentId& content);
  void in_background(std::function<void()> work);
  protocol::SharingState effective() const;
  void apply_sharing();
  nlohmann::ordered_json facts(const transfer::TransferCounters& counters) const;

  // The steps of a shutdown, each waiting for a condition or its time.
  void wait_for_service_end(TimeMs deadline);
  void wait_for_upload(TimeMs deadline);
  void finish(Status books);

  runtime::EventLoop& loop;
  AppOptions options;
  std::function<void(std::string)> ended;
  runtime::SystemClock clock;
  runtime::Random random = runtime::Random::from_system();
  protocol::SharingState owner_sharing;  // as the owner said
  std::optional<protocol::Welcome> welcome;
  std::optional<protocol::Reach> reach;  // absent: the tracker has not tried yet
  std::uint16_t mapped_port = 0;         // of the home gateway; 0: none
  TimeMs started{};

  std::set<ContentId> twins;  // handed to the engine, or known to be none at the tracker

  std::unique_ptr<receipts::OutboxStore> outbox;
  std::unique_ptr<library::LibraryStore> library_store;
  std::unique_ptr<storage::StorageThread> storage;
  std::unique_ptr<transfer::TransferEngine> engine;
  std::unique_ptr<library::Shelf> shelf;
  std::unique_ptr<ServingDesk> serving;
  std::unique_ptr<receipts::ReceiptBook> book;
  std::unique_ptr<receipts::ReceiptUploader> uploader;
  std::unique_ptr<control::DownloadDesk> downloads;
  std::unique_ptr<control::PublishDesk> publications;
  std::unique_ptr<control::ControlSession> session;
  std::unique_ptr<runtime::WorkerThread> files;  // hashing and copying; made when first needed
  runtime::Timer tick_timer;
  runtime::Timer shutdown_timer;
  bool shutting_down = false;
  std::function<void(Status)> shut_down_done;
};

}  // namespace waybill::cli
