#pragma once
// How far long work has come, for a person at a terminal: one line on stderr that is written over, and gone at the end.
// Where stderr is no terminal, a line now and then.
#include "tracker/accounting/work_meter.h"

namespace waybill::tracker {

// "receipts counted again: 1,200,000 of about 3,000,000, 40%"
std::string progress_text(const WorkDone& work);

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const WorkDone& work);

 private:
  const bool terminal_;
  std::size_t width_ = 0;  // of what stands there
  int told_ = 0;
};

}  // namespace waybill::tracker
