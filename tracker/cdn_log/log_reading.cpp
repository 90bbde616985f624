#include "tracker/cdn_log/log_reading.h"

#include <set>

#include <fmt/format.h>

#include "common/protocol/limits.h"
#include "tracker/announce/web_seed.h"

namespace waybill::tracker {

namespace {

constexpr std::size_t kMaxExampleBytes = 200;

void leave_out(LeftOut& left, std::string_view line, std::string_view why) {
  if (left.count++ > 0) return;
  left.first =
      fmt::format("{}{}: {}", line.substr(0, kMaxExampleBytes), line.size() > kMaxExampleBytes ? "..." : "", why);
}

bool carried_content(const LogLine& line) {
  return line.method == "GET" && (line.status == 200 || line.status == 206) && line.sent.value > 0;
}

Status check_bounds(const LogLine& line, const Content& content, TimeMs now) {
  if (line.ended > now + protocol::kClockTolerance) return refuse("it ends in the future: compare the clocks");
  if (line.sent.value > content.size.value) return refuse("it sent more than the content has");
  return {};
}

}  // namespace

LogTargets LogTargets::of(const std::vector<Content>& contents, const std::vector<WebSeed>& web_seeds) {
  std::map<ContentId, const Content*> by_id;
  for (const auto& content : contents) by_id[content.id] = &content;
  LogTargets targets;
  for (const auto& seed : web_seeds) {
    const auto key = web_seed_key(seed.url);
    const auto content = by_id.find(seed.content);
    if (key && content != by_id.end()) targets.by_key_.emplace(*key, *content->second);
  }
  return targets;
}

const Content* LogTargets::find(const std::string& url) const {
  const auto key = web_seed_key(url);
  const auto found = key ? by_key_.find(*key) : by_key_.end();
  return found == by_key_.end() ? nullptr : &found->second;
}

LogReading read_log(std::string_view text, const LogTargets& targets,
                    const std::function<IspId(const IpAddress&)>& isp_of, TimeMs now) {
  LogReading reading;
  std::set<RequestId> seen;
  while (!text.empty()) {
    const auto raw = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), raw.size() + 1));
    if (raw.empty()) continue;
    ++reading.lines;
    const auto line = parse_log_line(raw);
    if (!line) {
      leave_out(reading.unreadable, raw, line.error().message);
      continue;
    }
    if (!carried_content(*line)) {
      ++reading.without_bytes;
      continue;
    }
    const auto* content = targets.find(line->url);
    if (content == nullptr) {
      leave_out(reading.other_urls, raw, "no content has this web seed");
      continue;
    }
    if (const auto good = check_bounds(*line, *content, now); !good) {
      leave_out(reading.unreadable, raw, good.error().message);
      continue;
    }
    if (!seen.insert(line->id).second) {
      ++reading.repeated;
      continue;
    }
    reading.records.push_back({line->id, content->id, content->owner, content->content_class, isp_of(line->server),
                               isp_of(line->client), line->server, line->client, line->started, line->ended, line->sent,
                               line->sent.value == content->size.value});
  }
  return reading;
}

}  // namespace waybill::tracker
