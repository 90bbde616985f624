#include "agent/cli/status_view.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/cli/download_json.h"
#include "agent/cli/progress_bar.h"
#include "agent/sharing/rate_text.h"

namespace waybill::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& object, const char* name) { return object.value(name, std::string()); }
std::int64_t number(const Json& object, const char* name) { return object.value(name, std::int64_t{0}); }
std::string brief(const std::string& hex) { return hex.substr(0, 10); }

const Json& part(const Json& facts, const char* name) {
  static const Json kNone = Json::object();
  const auto found = facts.find(name);
  return found == facts.end() ? kNone : *found;
}

std::string tracker_text(const Json& tracker) {
  if (!tracker.value("connected", false)) {
    return fmt::format("tracker   {}: not connected ({})\n", text(tracker, "url"), text(tracker, "trouble"));
  }
  const auto isp = text(tracker, "isp");
  auto lines = fmt::format("tracker   {}: connected as {}, from {} ({})\n", text(tracker, "url"), text(tracker, "role"),
                           text(tracker, "address"), isp.empty() ? "no ISP known" : "ISP " + isp);
  const auto port = part(tracker, "port");
  if (port.empty()) return lines;
  return lines + fmt::format("          its port {} is {}\n", number(port, "tried"),
                             port.value("open", false) ? "reached from outside" : "not reached from outside");
}

std::string sharing_text(const Json& sharing) {
  const auto cap = number(sharing, "upload_cap");
  auto line = fmt::format("sharing   {}, cap {}, {} slots\n", sharing.value("share", false) ? "on" : "off",
                          cap == 0 ? "none" : sharing::format_rate({cap}), number(sharing, "upload_slots"));
  const auto reason = text(sharing, "stopped_because");
  if (!reason.empty()) line += fmt::format("          stopped: {}\n", reason);
  return line;
}

std::string contents_text(const Json& contents) {
  if (contents.empty()) return "content   none\n";
  std::string lines;
  for (const auto& content : contents) {
    const auto total = number(content, "pieces_total");
    lines += fmt::format("content   {} {} {} {}% {}\n", brief(text(content, "content")),
                         content.value("published", false) ? "published" : text(content, "phase"),
                         sharing::format_bytes(number(content, "size")),
                         total == 0 ? 0 : number(content, "pieces_held") * 100 / total, text(content, "path"));
    if (content.contains("message")) lines += fmt::format("          {}\n", text(content, "message"));
  }
  return lines;
}

std::string serving_text(const Json& facts) {
  std::string lines =
      fmt::format("serving   {} orders at {}, {} sent in this run\n", part(facts, "serving").size(),
                  sharing::format_rate({number(facts, "upload_rate")}), sharing::format_bytes(number(facts, "sent")));
  for (const auto& order : part(facts, "serving")) {
    lines += fmt::format(
        "          {} of {} to {}: {} acknowledged of {}{}\n", brief(text(order, "order")),
        brief(text(order, "content")), text(order, "address"), sharing::format_bytes(number(order, "acknowledged")),
        sharing::format_bytes(number(order, "limit")), order.value("connected", false) ? "" : " (not connected)");
  }
  return lines;
}

std::string fetching_text(const Json& fetching) {
  std::string lines;
  for (const auto& download : fetching) {
    const auto view = parse_download_facts(download);
    lines += fmt::format("fetching  {} {}\n", view.content.brief(), plain_line(view));
  }
  return lines;
}

std::string counts_text(const char* what, const Json& counts) {
  std::string lines;
  for (const auto& [reason, count] : counts.items()) lines += fmt::format("{} {} {}\n", what, count.dump(), reason);
  return lines;
}

std::string outbox_text(const Json& outbox) {
  auto lines = fmt::format("outbox    {} receipts wait ({}), {} uploaded in this run\n", number(outbox, "waiting"),
                           sharing::format_bytes(number(outbox, "waiting_bytes")), number(outbox, "uploaded"));
  if (const auto trouble = text(outbox, "upload_trouble"); !trouble.empty()) {
    lines += fmt::format("          uploading: {}\n", trouble);
  }
  return lines + counts_text("          refused by the tracker:", part(outbox, "refused"));
}

}  // namespace

std::string status_text(const Json& facts) {
  const auto name = text(facts, "name");
  return fmt::format("agent     {}{}, port {}, up {}\n", brief(text(facts, "agent")), name.empty() ? "" : " " + name,
                     number(facts, "transfer_port"), format_seconds(number(facts, "uptime_seconds"))) +
         tracker_text(part(facts, "tracker")) + sharing_text(part(facts, "sharing")) +
         contents_text(part(facts, "contents")) + fetching_text(part(facts, "fetching")) + serving_text(facts) +
         outbox_text(part(facts, "outbox")) + counts_text("refused orders:", part(facts, "refused_orders")) +
         counts_text("refused blocks:", part(facts, "refused_blocks"));
}

}  // namespace waybill::cli
