#pragma once
// An ISP on the way between two, as the routing table tells it.
#include "common/types/ids.h"

namespace waybill::tracker {

struct RoutedIsp {
  IspId isp;
  bool after_gap = false;  // ASes of no ISP lie before it
  bool operator==(const RoutedIsp&) const = default;
};

}  // namespace waybill::tracker
