#pragma once
// A download as a person sees it: functions of values, and the printer that chooses among them.
#include <cstdio>
#include <string>

#include "agent/control/download.h"
#include "common/types/result.h"

namespace waybill::cli {

// "[####----]  63%  40.3/64.0 MB  12.3 MB/s  3 peers + 1 CDN  71% on-net  0:02 left", in at most `width` columns: where
// it is narrow the bar itself shrinks, and goes, before any of the facts is cut.
std::string bar_line(const control::DownloadView& view, int width);
// The same facts as a sentence of a log.
std::string plain_line(const control::DownloadView& view);
// What came of it: "64.0 MB in 5.2 s, 12.3 MB/s: 71% from peers, 29% from the CDN, 71% on-net".
std::string summary_line(const control::DownloadView& view);
std::string format_seconds(std::int64_t seconds);  // "0:02", "1:23:45"

enum class ProgressStyle { bar, plain, json, quiet };

// Bars and plain lines go to stderr, JSON to stdout; the result goes to stdout, an error to stderr.
class ProgressPrinter {
 public:
  ProgressPrinter(ProgressStyle style, std::string command) : style_(style), command_(std::move(command)) {}
  void progressed(const control::DownloadView& view);
  void hashed(std::int64_t bytes, std::int64_t size);
  int ended(const Result<control::DownloadView>& result);  // the exit status
  // A note that comes before the first progress or the result, and not at all before an error: that is one line.
  void introduce(std::string line) { introduction_ = std::move(line); }
  int failed(const Error& error);
  void note(const std::string& line);  // for people; nothing in JSON and quiet

 private:
  void begin();
  void show(const std::string& line);
  void end_bar();

  ProgressStyle style_;
  std::string command_;
  std::string introduction_;
  bool bar_open_ = false;
  std::int64_t lines_ = 0;  // progress seen; plain lines come every kPlainEvery
};

// "waybill-agent COMMAND: message" on stderr, in one line.
void complain(const std::string& command, const std::string& message);

// --json, --quiet, or what stderr is.
ProgressStyle choose_style(bool json, bool quiet);

}  // namespace waybill::cli
