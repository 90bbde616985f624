// `path SRC DST`: what each detector says of two addresses and of what is between them, and the verdict.
#include <algorithm>

#include <fmt/format.h>

#include "common/protocol/receipt.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/hop_rows_json.h"
#include "tracker/paths/path_resolver.h"
#include "tracker/paths/path_verdict.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// Of the transfers between the two ISPs, the latest ones' paths are read: each is one look into the evidence.
constexpr std::size_t kPathsRead = 500;

// The latest measured paths between the two ISPs, as the coordinator's predictor learns them.
struct Traced {
  struct Raw {
    protocol::Path path;
    MarkedEnds ends;
  };
  PredictedPath predicted;
  std::optional<Raw> raw;
};

Result<Traced> read_traced(AdministrationContext& context, const KnownWorld& known, const PathEnd& from,
                           const PathEnd& to) {
  PathPredictor predictor([&](IspId isp) { return known.tables.isp_name(isp); });
  std::map<std::shared_ptr<const ResolvedPath>, Traced::Raw> raw;
  const auto now = context.clock.now();
  TransferQuery query;
  query.source_isp = from.isp;
  query.destination_isp = to.isp;
  query.since = now - PathPredictor::kOldest;
  auto& evidence = context.store.evidence();
  const auto transfers = evidence.transfers(query);  // by time of issue
  if (!transfers) return tl::make_unexpected(transfers.error());
  const auto first = transfers->size() > kPathsRead ? transfers->size() - kPathsRead : 0;
  for (auto i = first; i < transfers->size(); ++i) {
    const auto& transfer = (*transfers)[i];
    const auto envelope = evidence.receipt_envelope({transfer.facts.id, transfer.state.last_sequence});
    if (!envelope) return tl::make_unexpected(envelope.error());
    if (!*envelope) continue;
    const auto receipt = protocol::read_receipt(**envelope);
    if (!receipt) return fail(fmt::format("receipt of {}: {}", transfer.facts.id.brief(), receipt.error().message));
    const auto& path = receipt->receipt.path;
    auto resolved = std::make_shared<const ResolvedPath>(resolve(path, from.isp, to.isp, known.tables));
    raw.emplace(resolved, Traced::Raw{path, {transfer.facts.sender_address, from.isp, to.isp}});
    predictor.learn({from.isp, transfer.facts.sender_address}, {to.isp, transfer.facts.receiver_address}, resolved,
                    path.probed_at);
  }
  Traced traced{predictor.predict(from, to, now), {}};
  if (const auto found = raw.find(traced.predicted.path); found != raw.end()) traced.raw = found->second;
  return traced;
}

json saying_json(const Saying& saying, const PathTables& tables) {
  return {{"by", to_string(saying.by)},
          {"confidence", to_string(saying.confidence)},
          {"isp", saying.isp ? json(tables.isp_name(saying.isp)) : json(nullptr)},
          {"asn", saying.asn ? json(*saying.asn) : json(nullptr)},
          {"as_name", saying.as_name},
          {"place", place_json(saying.place)},
          {"place_text", place_text(saying.place)},
          {"detail", saying.detail}};
}

// {"isp": {"value", "by", "confidence"}, "asn": ..., "place": ...}, each null where nobody says it.
json believed_json(const AddressVerdict& verdict, const PathTables& tables) {
  const auto one = [](const Saying* saying, auto value) {
    if (saying == nullptr) return json(nullptr);
    return json{
        {"value", value(*saying)}, {"by", to_string(saying->by)}, {"confidence", to_string(saying->confidence)}};
  };
  return {{"isp", one(verdict.isp(), [&](const Saying& saying) { return json(tables.isp_name(saying.isp)); })},
          {"asn", one(verdict.as(), [](const Saying& saying) { return json(*saying.asn); })},
          {"place", one(verdict.place(), [](const Saying& saying) { return place_json(saying.place); })}};
}

json end_json(const IpAddress& address, const AddressVerdict& verdict, const PathTables& tables) {
  auto sayings = json::array();
  for (const auto& saying : verdict.sayings) sayings.push_back(saying_json(saying, tables));
  return {{"address", address.str()}, {"said", std::move(sayings)}, {"verdict", believed_json(verdict, tables)}};
}

json traced_json(const Traced& traced, const KnownWorld& known, TimeMs now) {
  const auto& predicted = traced.predicted;
  if (predicted.basis == PredictionBasis::isps_alone) return nullptr;
  auto hops = traced.raw ? hop_rows(traced.raw->path, traced.raw->ends, known) : json::array();
  auto components = json::array();
  for (const auto& component : predicted.path->components) components.push_back(component.key);
  return {{"basis", to_string(predicted.basis)},
          {"measured", format_time(predicted.measured)},
          {"age_seconds", (now - predicted.measured).value / 1000},
          {"path", predicted.path->printed},
          {"components", std::move(components)},
          {"hops", std::move(hops)}};
}

json verdict_json(const PathVerdict& verdict, const PathTables& tables) {
  auto isps = json::array();
  for (const auto isp : verdict.isps) isps.push_back(tables.isp_name(isp));
  auto links = json::array();
  for (const auto& link : verdict.links) {
    links.push_back({{"from", tables.isp_name(link.from)},
                     {"to", tables.isp_name(link.into)},
                     {"confidence", to_string(link.confidence)},
                     {"inferred", link.inferred}});
  }
  return {{"isps", std::move(isps)},
          {"links", std::move(links)},
          {"confidence", to_string(verdict.confidence)},
          {"by", verdict.by}};
}

std::vector<Asn> bgp_between(const Networks& networks, const AddressVerdict& from, const AddressVerdict& to) {
  if (!networks.routes || from.as() == nullptr || to.as() == nullptr) return {};
  return as_path_between(*from.as()->asn, *to.as()->asn, networks.routes->ways());
}

void describe(Answer& answer, const char* which, const char* heading) {
  const auto& end = answer.result[which];
  std::string text = fmt::format("{} {}:", heading, end["address"].get<std::string>());
  const auto& verdict = end["verdict"];
  const auto add = [&](const char* what, const std::string& value, const json& said) {
    text += fmt::format(" {} {} ({}, {})", what, value, said["by"].get<std::string>(),
                        said["confidence"].get<std::string>());
  };
  if (!verdict["isp"].is_null()) add("ISP", verdict["isp"]["value"], verdict["isp"]);
  if (!verdict["asn"].is_null()) add("AS", verdict["asn"]["value"].dump(), verdict["asn"]);
  if (!verdict["place"].is_null()) {
    const auto& place = verdict["place"]["value"];
    add("in", place_text({place["country"], place["state"], place["city"]}), verdict["place"]);
  }
  if (verdict["isp"].is_null() && verdict["asn"].is_null() && verdict["place"].is_null()) text += " nobody knows";
  answer.lines.push_back(text);
  for (const auto& said : end["said"]) {
    auto row = said;
    row["end"] = heading;
    row.erase("place");
    answer.result["said"].push_back(std::move(row));
  }
}

void describe(Answer& answer) {
  answer.result["said"] = json::array();
  describe(answer, "source", "source");
  describe(answer, "destination", "destination");
  const auto& verdict = answer.result["verdict"];
  std::string way;
  for (const auto& isp : verdict["isps"]) way += (way.empty() ? "" : " > ") + isp.get<std::string>();
  answer.lines.push_back(fmt::format("verdict: {} ({}; {})", way.empty() ? "no ISP is known" : way,
                                     verdict["confidence"].get<std::string>(), verdict["by"].get<std::string>()));
  const auto& traced = answer.result["traced"];
  if (traced.is_null()) {
    answer.lines.push_back("traced: no path between the two ISPs within the last day");
    answer.result["hops"] = json::array();
  } else {
    answer.lines.push_back(fmt::format(
        "traced: {}, {} ({} ago): {}", traced["basis"].get<std::string>(), traced["measured"].get<std::string>(),
        counted(traced["age_seconds"], "second", "seconds"), traced["path"].get<std::string>()));
    answer.result["hops"] = traced["hops"];
  }
  answer.add_sheet("said", {{"end", "END"},
                            {"by", "DETECTOR"},
                            {"confidence", "CONFIDENCE"},
                            {"isp", "ISP"},
                            {"asn", "AS", "number"},
                            {"as_name", "AS NAME"},
                            {"place_text", "PLACE"},
                            {"detail", "DETAIL"}});
  answer.add_sheet("hops", {{"ttl", "TTL", "number"},
                            {"address", "ADDRESS"},
                            {"name", "NAME"},
                            {"isp", "ISP"},
                            {"isp_by", "BY"},
                            {"place_text", "PLACE"},
                            {"place_by", "BY"},
                            {"marks_text", "MARKS"}});
}

}  // namespace

Result<Answer> path_between(AdministrationContext& context, Arguments& arguments) {
  arguments.positional("source");
  arguments.positional("destination");
  const auto source = arguments.read_as("source", [](const std::string& text) { return IpAddress::parse(text); });
  const auto target = arguments.read_as("destination", [](const std::string& text) { return IpAddress::parse(text); });
  const auto source_name = arguments.text("source_name").value_or("");
  const auto target_name = arguments.text("destination_name").value_or("");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto known = read_known_world(context);
  if (!known) return tl::make_unexpected(known.error());
  const auto& [tables, networks] = *known;
  const auto judge = [&](const IpAddress& address, const std::string& name) {
    return judge_address(address, name, known->tables, *known->networks, RouterPlaces::shipped());
  };
  const auto from = judge(*source, source_name);
  const auto to = judge(*target, target_name);
  const PathEnd from_end{tables.isp_of(*source).value_or(IspId{}), *source};
  const PathEnd to_end{tables.isp_of(*target).value_or(IspId{}), *target};
  const auto traced = read_traced(context, *known, from_end, to_end);
  if (!traced) return tl::make_unexpected(traced.error());
  const auto as_path = bgp_between(*networks, from, to);
  const PathEnd from_believed{from.isp() != nullptr ? from.isp()->isp : IspId{}, *source};
  const PathEnd to_believed{to.isp() != nullptr ? to.isp()->isp : IspId{}, *target};
  Answer answer;
  answer.result["source"] = end_json(*source, from, tables);
  answer.result["destination"] = end_json(*target, to, tables);
  answer.result["traced"] = traced_json(*traced, *known, context.clock.now());
  answer.result["as_path"] = as_path;
  answer.result["verdict"] =
      verdict_json(judge_path(from_believed, to_believed, traced->predicted, as_path, tables), tables);
  answer.result["problems"] = networks->problems;
  describe(answer);
  for (const auto& problem : networks->problems) answer.notes.push_back("Not in use: " + problem);
  return answer;
}

}  // namespace waybill::tracker
