#pragma once
// From raw evidence to network components (design section 2, step 9). A pure function: the same path and the same
// tables give the same answer, so that stored evidence can be resolved again with later tables.
#include "common/protocol/path.h"
#include "tracker/paths/path_tables.h"

namespace waybill::tracker {

// `source_isp` and `destination_isp` are the tracker's own word about the two ends (0 unknown); hops between them are
// placed by the registered component's ISP, by prefix, or by
// the origin of their route (PathTables::use_routes).
//
// Order: the sender's ISP, then for each hop that answered the inter-ISP link and the ISP it enters (where the ISP
// changes) followed by the router, and the receiver's ISP at the end. A private address stays in the ISP before it; a
// public one without a known ISP is a router of nobody's, and makes the next border an inferred one. Customer-side hops
// and the two ends are no network components unless an operator registered their address. What an insight says to lie
// between two devices comes before the second one, where no silent hop is between them. A registered component is
// followed by its city, state and country, and by the AS, ISP or place that its address or name lies in. Where no path
// was measured the two ISPs and an inferred link between them are all there is.
ResolvedPath resolve(const protocol::Path& path, IspId source_isp, IspId destination_isp, const PathTables& tables);

}  // namespace waybill::tracker
