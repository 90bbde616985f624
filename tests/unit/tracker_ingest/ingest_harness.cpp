#include "tests/unit/tracker_ingest/ingest_harness.h"

#include <future>

#include "common/types/check.h"

namespace waybill::test {

IngestUnderTest::IngestUnderTest(const std::string& where, tracker::IngestOptions options) {
  std::string fault;
  thread_.run_and_wait([&] {
    auto opened = tracker::open_store(where, tracker::StoreAccess::create);
    if (opened) {
      store_ = *std::move(opened);
    } else {
      fault = opened.error().message;
    }
  });
  if (!store_) throw std::runtime_error(fault);
  const auto tables = sample::tables();
  tracker::IngestCallbacks callbacks;
  callbacks.tables = [tables] { return tables; };
  callbacks.on_acknowledged = [this](const auto& added) {
    acknowledged_.insert(acknowledged_.end(), added.begin(), added.end());
  };
  callbacks.on_failure = [this](const Error& error) { failures_.push_back(error); };
  ingest_ = std::make_unique<tracker::Ingest>(*store_, thread_, clock_, std::move(callbacks), options);
}

IngestUnderTest::~IngestUnderTest() {
  ingest_.reset();
  thread_.run_and_wait([this] { store_.reset(); });
}

tracker::BatchAnswer IngestUnderTest::submit_body(ByteString body) {
  std::promise<tracker::BatchAnswer> promise;
  ingest_->submit(std::move(body), [&promise](tracker::BatchAnswer answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

std::vector<protocol::ReceiptStatus> IngestUnderTest::submit(const std::vector<ByteString>& envelopes) {
  const auto answer = submit_body(protocol::encode_receipt_batch(envelopes));
  if (answer.outcome != tracker::BatchOutcome::answered) throw std::runtime_error(answer.body);
  const auto numbers = protocol::decode_receipt_answer(answer.body, envelopes.size());
  if (!numbers) throw std::runtime_error(numbers.error().message);
  std::vector<protocol::ReceiptStatus> statuses;
  for (const int number : *numbers) statuses.push_back(static_cast<protocol::ReceiptStatus>(number));
  return statuses;
}

void IngestUnderTest::issue(const std::vector<sample::OrderPlan>& plans) {
  std::vector<tracker::IssuedOrder> orders;
  for (const auto& plan : plans) orders.push_back(sample::issue(plan));
  on_store([&](tracker::Store& store) {
    const auto status = store.evidence().add_orders(orders);
    if (!status) throw std::runtime_error(status.error().message);
  });
}

void IngestUnderTest::on_store(const std::function<void(tracker::Store&)>& work) {
  thread_.run_and_wait([&] { work(*store_); });
}

tracker::AuditReport IngestUnderTest::audited() {
  tracker::AuditReport report;
  on_store([&](tracker::Store& store) {
    auto made = tracker::audit(store, {sample::key_of("tracker").public_key()});
    if (!made) throw std::runtime_error(made.error().message);
    report = *std::move(made);
  });
  return report;
}

}  // namespace waybill::test
