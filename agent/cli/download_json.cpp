#include "agent/cli/download_json.h"

#include <nlohmann/json.hpp>

namespace waybill::cli {

using Json = nlohmann::ordered_json;

namespace {

template <typename T>
void read(const Json& facts, const char* name, T& into) {
  const auto found = facts.find(name);
  if (found == facts.end() || found->is_null()) return;
  try {
    into = found->get<T>();
  } catch (const Json::exception&) {
    // Another version's daemon may say something else under this name; what is not understood is not shown.
  }
}

Json source_facts(const control::DownloadSource& source) {
  return {{"agent", source.sender.hex()},  {"address", source.address.str()}, {"isp", source.isp},
          {"cdn_node", source.cdn_node},   {"on_net", source.on_net},         {"bytes", source.acked.value},
          {"connected", source.connected}, {"rate", source.rate.value}};
}

control::DownloadSource parse_source(const Json& facts) {
  control::DownloadSource source;
  std::string agent, address;
  read(facts, "agent", agent);
  if (auto key = AgentKey::from_hex(agent)) source.sender = *key;
  read(facts, "address", address);
  if (auto endpoint = Endpoint::parse(address)) source.address = *endpoint;
  read(facts, "isp", source.isp);
  read(facts, "cdn_node", source.cdn_node);
  read(facts, "on_net", source.on_net);
  read(facts, "bytes", source.acked.value);
  read(facts, "connected", source.connected);
  read(facts, "rate", source.rate.value);
  return source;
}

}  // namespace

Json download_facts(const control::DownloadView& view) {
  auto sources = Json::array();
  for (const auto& source : view.sources) sources.push_back(source_facts(source));
  Json facts{{"content", view.content.hex()},
             {"phase", view.phase},
             {"path", view.path.string()},
             {"bytes", view.bytes},
             {"size", view.size},
             {"rate", view.rate.value},
             {"peers", view.peers},
             {"cdn_nodes", view.cdn_nodes},
             {"bytes_from_peers", view.bytes_from_peers},
             {"bytes_from_cdn", view.bytes_from_cdn},
             {"bytes_on_net", view.bytes_on_net},
             {"held_before", view.held_before},
             {"milliseconds", view.milliseconds},
             {"note", view.note},
             {"sources", sources}};
  facts["seconds_left"] = view.seconds_left ? Json(*view.seconds_left) : Json(nullptr);
  return facts;
}

control::DownloadView parse_download_facts(const Json& facts) {
  control::DownloadView view;
  std::string content, path;
  read(facts, "content", content);
  if (auto id = ContentId::from_hex(content)) view.content = *id;
  read(facts, "path", path);
  view.path = path;
  read(facts, "phase", view.phase);
  read(facts, "bytes", view.bytes);
  read(facts, "size", view.size);
  read(facts, "rate", view.rate.value);
  read(facts, "peers", view.peers);
  read(facts, "cdn_nodes", view.cdn_nodes);
  read(facts, "bytes_from_peers", view.bytes_from_peers);
  read(facts, "bytes_from_cdn", view.bytes_from_cdn);
  read(facts, "bytes_on_net", view.bytes_on_net);
  read(facts, "held_before", view.held_before);
  read(facts, "milliseconds", view.milliseconds);
  read(facts, "note", view.note);
  std::int64_t left = -1;
  read(facts, "seconds_left", left);
  if (left >= 0) view.seconds_left = left;
  if (const auto sources = facts.find("sources"); sources != facts.end() && sources->is_array()) {
    for (const auto& source : *sources) view.sources.push_back(parse_source(source));
  }
  return view;
}

Json error_line(const Error& error) {
  return {{"done", true}, {"ok", false}, {"refused", error.kind == ErrorKind::refused}, {"error", error.message}};
}

Json progress_line(const control::DownloadView& view) {
  Json line{{"event", "progress"}};
  line.update(download_facts(view));
  return line;
}

Json result_line(const Result<control::DownloadView>& result) {
  if (!result) return error_line(result.error());
  Json line{{"done", true}, {"ok", true}};
  line.update(download_facts(*result));
  line["seconds"] = static_cast<double>(result->milliseconds) / 1000;
  return line;
}

Json hashing_line(ByteCount done, ByteCount total) {
  return {{"event", "hashing"}, {"bytes", done.value}, {"size", total.value}};
}

Json result_line(const Result<control::Published>& result) {
  if (!result) return error_line(result.error());
  return {{"done", true},
          {"ok", true},
          {"content", result->content.hex()},
          {"url", result->url},
          {"size", result->size.value}};
}

}  // namespace waybill::cli
