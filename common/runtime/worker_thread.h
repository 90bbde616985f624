#pragma once
// A thread with a bounded queue, for work that blocks: the database, the disk, the resolver. Tasks run in order.
#include <functional>
#include <memory>
#include <string>

#include "common/types/result.h"

namespace waybill::runtime {

class WorkerThread {
 public:
  WorkerThread(std::string name, std::size_t queue_limit);
  ~WorkerThread();  // finishes what is queued
  // Refused (transient) when the queue is full: the caller tells its own client to come back.
  Status post(std::function<void()> task);
  // Runs the task there and waits for it. Not from the worker itself. Waits for room in the queue.
  void run_and_wait(std::function<void()> task);
  // Tasks that wait, and the one that runs: what a new task would have to wait for.
  std::size_t unfinished() const;
  bool is_owner() const;
  void assert_owner() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::runtime
