#pragma once
// The threads that verify. Tasks that finish batches go before tasks that begin them, so that few batches are open at
// once. Bounded by what Ingest takes in.
#include <functional>
#include <memory>

namespace waybill::tracker {

class VerificationPool {
 public:
  explicit VerificationPool(unsigned threads);
  ~VerificationPool();  // finishes what is queued

  void begin(std::function<void()> task);
  void finish(std::function<void()> task);
  unsigned threads() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::tracker
