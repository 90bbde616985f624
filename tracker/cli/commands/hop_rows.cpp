#include "tracker/cli/commands/hop_rows_json.h"
#include "tracker/cli/commands/network_files_json.h"
#include "tracker/paths/address_verdict.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json hop_row(const protocol::Hop& hop, const HopMarks& marks, const KnownWorld& known) {
  json row{{"ttl", hop.ttl},   {"address", nullptr}, {"name", hop.name}, {"rtt_us", hop.rtt_us},
           {"isp", nullptr},   {"isp_by", nullptr},  {"asn", nullptr},   {"place", nullptr},
           {"place_text", ""}, {"place_by", nullptr}};
  auto words = json::array();
  std::string text;
  for (const auto mark : marks) {
    words.push_back(to_string(mark));
    text += (text.empty() ? "" : ", ") + std::string(to_string(mark));
  }
  row["marks"] = std::move(words);
  row["marks_text"] = text;
  if (!hop.address) return row;
  row["address"] = hop.address->str();
  const auto verdict = judge_address(*hop.address, hop.name, known.tables, *known.networks, RouterPlaces::shipped());
  if (const auto* isp = verdict.isp()) {
    row["isp"] = known.tables.isp_name(isp->isp);
    row["isp_by"] = to_string(isp->by);
  }
  if (const auto* as = verdict.as()) row["asn"] = *as->asn;
  if (const auto* place = verdict.place()) {
    row["place"] = place_json(place->place);
    row["place_text"] = place_text(place->place);
    row["place_by"] = to_string(place->by);
  }
  return row;
}

}  // namespace

Result<KnownWorld> read_known_world(AdministrationContext& context) {
  KnownWorld known;
  auto networks = read_networks(context);
  if (!networks) return pass_on(networks);
  known.networks = std::move(*networks);
  auto tables = read_path_tables(context.store.registry(), known.networks->routes);
  if (!tables) return pass_on(tables);
  known.tables = std::move(*tables);
  return known;
}

json hop_rows(const protocol::Path& path, const MarkedEnds& ends, const KnownWorld& known) {
  auto rows = json::array();
  const auto marks = mark_hops(path, ends, known.tables);
  for (std::size_t i = 0; i < path.hops.size(); ++i) rows.push_back(hop_row(path.hops[i], marks[i], known));
  return rows;
}

json place_json(const Place& place) {
  if (place.empty()) return nullptr;
  return {{"country", place.country}, {"state", place.state}, {"city", place.city}};
}

std::string place_text(const Place& place) {
  std::string text;
  for (const auto* part : {&place.city, &place.state, &place.country}) {
    if (!part->empty()) text += (text.empty() ? "" : ", ") + *part;
  }
  return text;
}

}  // namespace waybill::tracker
