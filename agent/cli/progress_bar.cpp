#include "agent/cli/progress_bar.h"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/cli/download_json.h"
#include "agent/sharing/rate_text.h"
#include "common/protocol/utf8.h"

namespace waybill::cli {

using control::DownloadView;

namespace {

constexpr int kPlainEvery = 5;  // progress comes once a second
constexpr int kDefaultWidth = 80;
constexpr int kBarCells = 24;
constexpr int kFewestCells = 4;  // a shorter bar says nothing
constexpr int kBarFrame = 3;     // "[", "] "

int percent_of(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 0 : static_cast<int>(std::clamp<std::int64_t>(part * 100 / whole, 0, 100));
}

std::string sources_text(const DownloadView& view) {
  return fmt::format("{} peer{} + {} CDN", view.peers, view.peers == 1 ? "" : "s", view.cdn_nodes);
}

std::string on_net_text(const DownloadView& view) {
  const auto fetched = view.bytes_from_peers + view.bytes_from_cdn;
  return fetched == 0 ? "on-net -" : fmt::format("{}% on-net", percent_of(view.bytes_on_net, fetched));
}

// "40.3/64.0 MB", or "900.0 KB/1.2 GB".
std::string amounts(std::int64_t bytes, std::int64_t size) {
  auto part = sharing::format_bytes(bytes);
  const auto whole = sharing::format_bytes(size);
  const auto unit = part.find(' ');
  if (part.substr(unit) == whole.substr(whole.find(' '))) part.resize(unit);
  return part + "/" + whole;
}

int terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kDefaultWidth;
}

std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void print_line(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

std::string format_seconds(std::int64_t seconds) {
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string bar_line(const DownloadView& view, int width) {
  const int percent = percent_of(view.bytes, view.size);
  auto facts = fmt::format("{:3}%  {}", percent, amounts(view.bytes, view.size));
  if (view.phase == "downloading") {
    facts += fmt::format("  {}  {}  {}  {}", sharing::format_rate(view.rate), sources_text(view), on_net_text(view),
                         view.seconds_left ? format_seconds(*view.seconds_left) + " left" : "-:-- left");
  } else {
    facts += "  " + view.phase;
    if (!view.note.empty()) facts += ": " + view.note;
  }
  const auto room = static_cast<std::size_t>(std::max(width, 0));
  const int cells = std::min(kBarCells, static_cast<int>(room) - static_cast<int>(facts.size()) - kBarFrame);
  // What is cut is cut between characters: notes are UTF-8.
  if (cells < kFewestCells) return facts.size() <= room ? facts : protocol::printable_text(facts, room);
  const int filled = percent * cells / 100;
  return fmt::format("[{:#<{}}{:-<{}}] {}", "", filled, "", cells - filled, facts);
}

std::string plain_line(const DownloadView& view) {
  auto line = fmt::format("{} {}% ({} of {})", view.phase, percent_of(view.bytes, view.size),
                          sharing::format_bytes(view.bytes), sharing::format_bytes(view.size));
  if (view.phase == "downloading") {
    line += fmt::format(", {}, {}, {}", sharing::format_rate(view.rate), sources_text(view), on_net_text(view));
    if (view.seconds_left) line += fmt::format(", {} left", format_seconds(*view.seconds_left));
  } else if (!view.note.empty()) {
    line += ": " + view.note;
  }
  return line;
}

std::string summary_line(const DownloadView& view) {
  const auto fetched = view.bytes_from_peers + view.bytes_from_cdn;
  if (fetched == 0) return fmt::format("{}, all of it here already", sharing::format_bytes(view.size));
  const double elapsed = std::max(static_cast<double>(view.milliseconds) / 1000, 0.001);
  auto line = fmt::format(
      "{} in {:.1f} s, {}: {}% from peers, {}% from the CDN, {}", sharing::format_bytes(fetched), elapsed,
      sharing::format_rate({static_cast<std::int64_t>(static_cast<double>(fetched) / elapsed)}),
      percent_of(view.bytes_from_peers, fetched), 100 - percent_of(view.bytes_from_peers, fetched), on_net_text(view));
  if (view.held_before > 0) line += fmt::format("; {} were here before", sharing::format_bytes(view.held_before));
  return line;
}

ProgressStyle choose_style(bool json, bool quiet) {
  if (json) return ProgressStyle::json;
  if (quiet) return ProgressStyle::quiet;
  return ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::plain;
}

void ProgressPrinter::begin() {
  if (!introduction_.empty()) note(std::exchange(introduction_, {}));
}

void ProgressPrinter::show(const std::string& line) {
  if (style_ == ProgressStyle::bar) {
    std::fputs(("\r\x1b[K" + line).c_str(), stderr);
    bar_open_ = true;
  } else if (lines_ % kPlainEvery == 0) {
    std::fputs((line + "\n").c_str(), stderr);
  }
  lines_ += 1;
}

void ProgressPrinter::end_bar() {
  if (bar_open_) std::fputs("\n", stderr);
  bar_open_ = false;
}

void ProgressPrinter::progressed(const DownloadView& view) {
  begin();
  if (style_ == ProgressStyle::json) return print_line(text_of(progress_line(view)));
  if (style_ == ProgressStyle::quiet) return;
  show(style_ == ProgressStyle::bar ? bar_line(view, terminal_width() - 1) : plain_line(view));
}

void ProgressPrinter::hashed(std::int64_t bytes, std::int64_t size) {
  if (style_ == ProgressStyle::json) return print_line(text_of(hashing_line({bytes}, {size})));
  if (style_ == ProgressStyle::quiet) return;
  show(fmt::format("hashing {}% ({} of {})", percent_of(bytes, size), sharing::format_bytes(bytes),
                   sharing::format_bytes(size)));
}

int ProgressPrinter::ended(const Result<DownloadView>& result) {
  if (!result) return failed(result.error());
  begin();
  end_bar();
  if (style_ == ProgressStyle::json) {
    print_line(text_of(result_line(result)));
  } else if (style_ != ProgressStyle::quiet) {
    print_line(fmt::format("{}: {}", result->path.string(), summary_line(*result)));
  }
  return 0;
}

int ProgressPrinter::failed(const Error& error) {
  end_bar();
  if (style_ == ProgressStyle::json) print_line(text_of(error_line(error)));
  complain(command_, error.message);
  return 1;
}

void ProgressPrinter::note(const std::string& line) {
  if (style_ == ProgressStyle::json || style_ == ProgressStyle::quiet) return;
  end_bar();
  std::fputs((line + "\n").c_str(), stderr);
}

}  // namespace waybill::cli
