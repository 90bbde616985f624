#include "agent/cli/progress_bar.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "agent/cli/download_json.h"

namespace waybill::cli {

namespace {

control::DownloadView half_way() {
  control::DownloadView view;
  view.content = ContentId::from_hex(std::string(64, 'b')).value();
  view.phase = "downloading";
  view.path = "/films/a";
  view.bytes = 32'000'000;
  view.size = 64'000'000;
  view.rate = {12'300'000};
  view.peers = 3;
  view.cdn_nodes = 1;
  view.bytes_from_peers = 24'000'000;
  view.bytes_from_cdn = 8'000'000;
  view.bytes_on_net = 16'000'000;
  view.seconds_left = 3;
  view.milliseconds = 2600;
  control::DownloadSource source;
  source.isp = "SP1";
  source.acked = {24'000'000};
  source.on_net = true;
  view.sources = {source};
  return view;
}

}  // namespace

TEST_CASE("a bar tells percent, sizes, rate, sources, on-net share and time left") {
  CHECK(bar_line(half_way(), 200) ==
        "[############------------]  50%  32.0/64.0 MB  12.3 MB/s  3 peers + 1 CDN  50% on-net  0:03 left");
  CHECK(bar_line(half_way(), 80) == "[####----]  50%  32.0/64.0 MB  12.3 MB/s  3 peers + 1 CDN  50% on-net  0:03 left");
  CHECK(bar_line(half_way(), 70) == " 50%  32.0/64.0 MB  12.3 MB/s  3 peers + 1 CDN  50% on-net  0:03 left");
  CHECK(bar_line(half_way(), 40).size() == 40);
  CHECK(bar_line(half_way(), 0).empty());
  auto waiting = half_way();
  waiting.phase = "waiting";
  waiting.note = "nobody may serve it";
  CHECK(bar_line(waiting, 200).find("waiting: nobody may serve it") != std::string::npos);
  waiting.note = "Größe";
  CHECK(bar_line(waiting, 32) == " 50%  32.0/64.0 MB  waiting: Gr");  // never half a character
  auto begun = half_way();
  begun.bytes = 900'000;
  CHECK(bar_line(begun, 200).find("900.0 KB/64.0 MB") != std::string::npos);
  control::DownloadView nothing;
  CHECK(bar_line(nothing, 200).find("  0%") != std::string::npos);
}

TEST_CASE("plain lines and the summary") {
  CHECK(plain_line(half_way()) ==
        "downloading 50% (32.0 MB of 64.0 MB), 12.3 MB/s, 3 peers + 1 CDN, 50% on-net, 0:03 left");
  auto whole = half_way();
  whole.bytes = whole.size;
  CHECK(summary_line(whole) == "32.0 MB in 2.6 s, 12.3 MB/s: 75% from peers, 25% from the CDN, 50% on-net");
  whole.held_before = 32'000'000;
  CHECK(summary_line(whole).find("; 32.0 MB were here before") != std::string::npos);
  CHECK(format_seconds(3725) == "1:02:05");
}

TEST_CASE("facts go through JSON and come back") {
  const auto view = half_way();
  const auto line = progress_line(view);
  CHECK(line["event"] == "progress");
  const auto back = parse_download_facts(nlohmann::ordered_json::parse(line.dump()));
  CHECK(bar_line(back, 200) == bar_line(view, 200));
  CHECK(back.path == view.path);
  REQUIRE(back.sources.size() == 1);
  CHECK(back.sources[0].isp == "SP1");
  CHECK(back.sources[0].acked == AckedBytes{24'000'000});
  const auto result = result_line(Result<control::DownloadView>(view));
  CHECK(result["done"] == true);
  CHECK(result["ok"] == true);
  CHECK(result["seconds"] == 2.6);
  const auto error = result_line(Result<control::DownloadView>(refuse("no")));
  CHECK(error["ok"] == false);
  CHECK(error["error"] == "no");
  // Another version may say other things; nothing breaks.
  CHECK(parse_download_facts(nlohmann::ordered_json::parse(R"({"bytes":"many","sources":[{"bytes":[]}]})")).bytes == 0);
}

}  // namespace waybill::cli
