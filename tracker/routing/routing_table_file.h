#pragma once
// A routing table as the tracker keeps it: the chosen routes of a dump, ready to be used, so that a start does not wait
// for the dump to be decompressed and read. Written and read by the same machine: numbers are in its byte order, and a
// checksum beside it (NetworkFile::sha256) says that it is what was written.
#include <string>
#include <string_view>

#include "tracker/routing/routing_table.h"

namespace waybill::tracker {

std::string write_routing_table(const RoutingTable& table);
// Refused: what write_routing_table does not write.
Result<RoutingTable> read_routing_table(std::string_view bytes);

}  // namespace waybill::tracker
