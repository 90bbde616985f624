#pragma once
// Which ISPs and which links between them traffic crosses: by the best that is known, with how far to believe it. Pure.
#include "tracker/paths/address_verdict.h"
#include "tracker/paths/path_predictor.h"

namespace waybill::tracker {

struct CrossedLink {
  IspId from;
  IspId into;
  Confidence confidence = Confidence::low;
  bool inferred = false;  // there may be further networks between the two
};

struct PathVerdict {
  std::vector<IspId> isps;  // in the order of the traffic
  std::vector<CrossedLink> links;
  Confidence confidence = Confidence::low;
  std::string by;  // whose word it is
};

// First the trace: between neighbours of both (high), from a neighbour of the source (medium), between other addresses
// of the two ISPs (low). Then the routing table (medium), where `as_path` is not empty; ASes of no ISP are a gap. Then
// the two ISPs alone, with an inferred link between them (low).
PathVerdict judge_path(const PathEnd& from, const PathEnd& to, const PredictedPath& predicted,
                       const std::vector<Asn>& as_path, const PathTables& tables);

}  // namespace waybill::tracker
