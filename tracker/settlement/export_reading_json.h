#pragma once
// An export, parsed and with the tracker's signatures checked. For the .cpp files of this folder.
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tracker/settlement/settlement_export.h"

namespace waybill::tracker {

inline constexpr char kExportFormat[] = "waybill settlement 2";
inline constexpr char kItemsFormat[] = "waybill settlement items 1";

struct ReadExport {
  crypto::PublicKey tracker_key;
  Statement statement;
  std::optional<nlohmann::json> evidence;
  std::optional<nlohmann::json> items;  // signed by the tracker, for this very statement
};
Result<ReadExport> read_export(const std::string& text);

// One receipt that counts in the window, as items or evidence tell of it. Its bucket starts at the receipt's end.
struct ProvenReceipt {
  UsageBucket usage;
  SentBytes sent;
};
struct Proof {
  std::vector<ProvenReceipt> receipts;
  std::int64_t orders = 0;
};
// Refused with the first order or receipt that does not hold. Throw json::exception where a field is missing or
// mistyped.
Result<Proof> prove_evidence(const ReadExport& read);
Result<Proof> prove_items(const ReadExport& read);

}  // namespace waybill::tracker
