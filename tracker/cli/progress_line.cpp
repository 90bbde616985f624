#include "tracker/cli/progress_line.h"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

namespace {

constexpr int kPlainEvery = 10;  // of what is told once a second

}  // namespace

std::string progress_text(const WorkDone& work) {
  if (work.expected < work.done) return fmt::format("{}: {}", work.what, exact_bytes(work.done));
  return fmt::format("{}: {} of about {}, {}%", work.what, exact_bytes(work.done), exact_bytes(work.expected),
                     work.done * 100 / work.expected);
}

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (terminal_ && width_ > 0) fmt::print(stderr, "\r{:{}}\r", "", width_);
}

void ProgressLine::show(const WorkDone& work) {
  const auto text = progress_text(work);
  if (terminal_) {
    fmt::print(stderr, "\r{:{}}", text, width_);
    width_ = std::max(width_, text.size());
  } else if (told_++ % kPlainEvery == 0) {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
}

}  // namespace waybill::tracker
