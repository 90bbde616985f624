#include "tracker/paths/path_verdict.h"

#include <algorithm>

namespace waybill::tracker {

namespace {

PathVerdict of_trace(const PredictedPath& predicted) {
  PathVerdict verdict;
  verdict.by = to_string(predicted.basis);
  verdict.confidence = predicted.basis == PredictionBasis::neighbourhoods         ? Confidence::high
                       : predicted.basis == PredictionBasis::source_neighbourhood ? Confidence::medium
                                                                                  : Confidence::low;
  verdict.isps = predicted.path->isps;
  for (const auto& component : predicted.path->components) {
    if (component.kind != ComponentKind::inter_isp_link || !component.into) continue;
    verdict.links.push_back(
        {component.isp, component.into, component.inferred ? Confidence::low : verdict.confidence, component.inferred});
  }
  return verdict;
}

// From one ISP to the next; a number of no ISP's is a gap, so that the link over it is inferred.
PathVerdict of_routes(const std::vector<Asn>& as_path, const PathTables& tables) {
  PathVerdict verdict;
  verdict.by = "the routing table: it tells a way between the two networks";
  verdict.confidence = Confidence::medium;
  for (const auto& crossed : tables.isps_on(as_path)) {
    if (!verdict.isps.empty()) {
      verdict.links.push_back({verdict.isps.back(), crossed.isp,
                               crossed.after_gap ? Confidence::low : Confidence::medium, crossed.after_gap});
    }
    verdict.isps.push_back(crossed.isp);
  }
  return verdict;
}

PathVerdict of_ends(IspId from, IspId to) {
  PathVerdict verdict;
  verdict.by = "the two ends alone: no trace and no route says what is between them";
  if (from) verdict.isps.push_back(from);
  if (to && to != from) verdict.isps.push_back(to);
  if (from && to && from != to) verdict.links.push_back({from, to, Confidence::low, true});
  // Nothing has to be between two ends of one ISP.
  if (from && from == to) verdict.confidence = Confidence::medium;
  return verdict;
}

}  // namespace

PathVerdict judge_path(const PathEnd& from, const PathEnd& to, const PredictedPath& predicted,
                       const std::vector<Asn>& as_path, const PathTables& tables) {
  if (predicted.basis != PredictionBasis::isps_alone) return of_trace(predicted);
  if (as_path.size() > 1) {
    auto verdict = of_routes(as_path, tables);
    const bool both_ends = !verdict.isps.empty() && verdict.isps.front() == from.isp && verdict.isps.back() == to.isp;
    if (both_ends) return verdict;
  }
  return of_ends(from.isp, to.isp);
}

}  // namespace waybill::tracker
