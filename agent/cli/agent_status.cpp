// What an AgentApp tells of itself (agent_app.h): facts as JSON; status_view prints them for people.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/cli/agent_app_detail.h"
#include "agent/cli/download_json.h"
#include "common/protocol/refusal.h"

namespace waybill::cli {

namespace {

using Json = nlohmann::ordered_json;
using Phase = transfer::ContentState::Phase;

std::string_view phase_name(const library::ShelfItem& item) {
  if (item.entry.state == library::EntryState::paused) return "paused";
  switch (item.state.phase) {
    case Phase::checking:
      return "checking";
    case Phase::downloading:
      return "downloading";
    case Phase::complete:
      return "complete";
    case Phase::failed:
      return "failed";
  }
  return "unknown";
}

Json contents_of(const library::Shelf& shelf) {
  auto contents = Json::array();
  for (const auto& [content, item] : shelf.items()) {
    Json one{{"content", content.hex()},
             {"name", item.entry.name},
             {"path", item.entry.path.string()},
             {"published", item.entry.state == library::EntryState::published},
             {"phase", phase_name(item)},
             {"size", item.entry.size.value},
             {"pieces_held", item.state.pieces_held},
             {"pieces_total", item.state.pieces_total}};
    if (!item.state.message.empty()) one["message"] = item.state.message;
    if (!item.entry.delivery.empty()) one["delivery"] = "waits for the tracker";
    contents.push_back(std::move(one));
  }
  return contents;
}

// Orders under which nothing is granted any more, while their receivers may still sign.
std::size_t ending_in(const ServingDesk& desk) {
  return static_cast<std::size_t>(std::count_if(desk.serving().begin(), desk.serving().end(),
                                                [](const auto& each) { return each.second.last.ending; }));
}

Json serving_of(const ServingDesk& desk) {
  auto orders = Json::array();
  for (const auto& [id, served] : desk.serving()) {
    if (served.last.ending) continue;
    orders.push_back({{"order", id.hex()},
                      {"content", served.order.content.hex()},
                      {"receiver", served.order.receiver.hex()},
                      {"address", served.receiver.str()},
                      {"connected", served.last.connected},
                      {"sent", served.last.sent.value},
                      {"acknowledged", served.last.acked.value},
                      {"limit", served.order.byte_limit.value},
                      {"rate", served.last.rate.value},
                      {"until", served.order.not_after.value}});
  }
  return orders;
}

Json by_reason(const std::array<std::int64_t, 64>& counts) {
  auto reasons = Json::object();
  for (std::size_t number = 0; number < counts.size(); ++number) {
    if (counts[number] == 0) continue;
    const auto reason = protocol::refusal_from_number(static_cast<int>(number));
    reasons[std::string(protocol::name_of(reason))] = counts[number];
  }
  return reasons;
}

Json outbox_of(const receipts::OutboxCounts& counts, const receipts::ReceiptUploader& uploader,
               const std::string& trouble) {
  auto refused = Json::object();
  for (const auto& [status, count] : counts.refused) refused[std::string(protocol::name_of(status))] = count;
  return {{"waiting", counts.waiting}, {"waiting_bytes", counts.waiting_bytes}, {"uploaded", uploader.uploaded()},
          {"refused", refused},        {"upload_trouble", uploader.trouble()},  {"storage_trouble", trouble}};
}

}  // namespace

nlohmann::ordered_json AgentApp::sharing_facts() const {
  const auto& app = *impl_;
  const auto state = app.effective();
  return {{"share", app.owner_sharing.consented},
          {"in_force", state.consented},
          {"upload_cap", state.upload_cap.value},
          {"upload_slots", state.upload_slots},
          {"stopped_because", app.book->trouble()}};
}

nlohmann::ordered_json AgentApp::Impl::facts(const transfer::TransferCounters& counters) const {
  Json tracker{{"url", options.enrollment.tracker_url},
               {"connected", session->ready()},
               {"trouble", session->trouble()},
               {"role", protocol::name_of(options.enrollment.role)}};
  if (welcome) {
    tracker["isp"] = welcome->isp;
    tracker["address"] = welcome->observed.str();
  }
  if (reach) tracker["port"] = {{"tried", reach->port}, {"open", reach->open}};
  if (mapped_port != 0) tracker["mapped_port"] = mapped_port;
  auto fetching = Json::array();
  for (const auto& view : downloads->views()) fetching.push_back(download_facts(view));
  return {{"agent", options.key.public_key().hex()},
          {"name", options.enrollment.name},
          {"tracker", tracker},
          {"transfer_port", engine->port()},
          {"uptime_seconds", (clock.now() - started).value / 1000},
          {"contents", contents_of(*shelf)},
          {"fetching", fetching},
          {"serving", serving_of(*serving)},
          {"ending", ending_in(*serving)},
          {"upload_rate", serving->rate().value},
          {"sent", counters.sent.value},
          {"peers", counters.peers},
          {"refused_orders", by_reason(counters.refused_orders)},
          {"refused_blocks", by_reason(counters.refused_blocks)},
          {"throttles", counters.throttles}};
}

void AgentApp::status(std::function<void(nlohmann::ordered_json)> done) {
  impl_->engine->read_counters([this, done = std::move(done)](const transfer::TransferCounters& counters) {
    auto* store = impl_->outbox.get();
    using Counts = Result<receipts::OutboxCounts>;
    impl_->storage->call<Counts>([store]() -> Counts { return store->counts(); },
                                 [this, done, counters](const Counts& waiting) {
                                   auto facts = impl_->facts(counters);
                                   facts["sharing"] = sharing_facts();
                                   facts["outbox"] = outbox_of(waiting.value_or(impl_->book->counts()),
                                                               *impl_->uploader, impl_->book->trouble());
                                   done(std::move(facts));
                                 });
  });
}

}  // namespace waybill::cli
