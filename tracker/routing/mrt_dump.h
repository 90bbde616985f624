#pragma once
// A whole dump to a routing table: one record in memory at a time; all of it, or a refusal.
#include "tracker/routing/byte_stream.h"
#include "tracker/routing/routing_table.h"

namespace waybill::tracker {

struct DumpOptions {
  // A laboratory's addresses are of special-use space; its dumps keep them.
  bool keep_special_use = false;
};

// Several tables one behind the other are one dump (BIRD writes one for each of its own), each with its peers in front.
// Refused, with the byte of the (uncompressed) dump: what is cut off, what contradicts itself, records that are no
// TABLE_DUMP_V2, a dump without a route, one beyond the limits of records, prefixes and paths.
Result<RoutingTable> read_mrt_dump(ByteStream& stream, const DumpOptions& options = {});

}  // namespace waybill::tracker
