#pragma once
// What an alert watches: a number that the accounts can tell for any window of time. Who needs the number asks a
// MeasureSource; nobody else looks inside.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// Names of ISPs, owners and components, and hexadecimal ids of contents and clients, in one measure.
inline constexpr std::size_t kMaxMeasureTextBytes = 200;
inline constexpr std::size_t kMaxMeasureDocumentBytes = 4096;

enum class Measured {
  acknowledged_bytes,
  unacknowledged_bytes,
  receipts,
  bytes_per_second,  // acknowledged ones, on average over the whole window
  on_net_share,      // of the acknowledged bytes, in hundredths of a percent; all, where there are none
};

// A question as the reports ask it (patent FIG. 7). Absent fields do not restrict; none at all is all traffic.
struct TrafficFilter {
  std::optional<std::string> from = {};     // an ISP's name; "unknown": no ISP's
  std::optional<std::string> to = {};       // likewise
  std::optional<std::string> owner = {};    // of the content
  std::optional<std::string> content = {};  // id, 64 hexadecimal digits
  std::optional<std::string> client = {};   // the receiver's key, 64 hexadecimal digits
  std::optional<std::string> component =
      {};  // a component's key ("router:core1"); goes with owner, content, class only
  std::optional<bool> on_net = {};
  std::optional<std::string> traffic_class = {};  // "file" or "live"
  bool operator==(const TrafficFilter&) const = default;
};

class Measure {
 public:
  // Refuse texts that are empty, too long, no UTF-8 or hold control characters, and filters that contradict.
  static Result<Measure> of_traffic(TrafficFilter filter, Measured measured = Measured::acknowledged_bytes);
  static Result<Measure> of_object(std::string name, Measured measured = Measured::acknowledged_bytes);
  // Refuses what `document` would not have written: other keys, other types, other values.
  static Result<Measure> parse(std::string_view document);

  // {"measured": "acknowledged_bytes", "object": NAME} or {"measured": ..., "traffic": {"from": ..., "on_net": true}}:
  // JSON, one text for one measure.
  std::string document() const;
  // For people: "acknowledged bytes from SP1 to SP2, on-net".
  std::string words() const;

  Measured measured() const { return measured_; }
  const TrafficFilter* traffic() const { return std::get_if<TrafficFilter>(&what_); }
  const std::string* object() const { return std::get_if<std::string>(&what_); }  // an accounting object's name
  bool operator==(const Measure&) const = default;

 private:
  using What = std::variant<TrafficFilter, std::string>;
  Measure(What what, Measured measured) : what_(std::move(what)), measured_(measured) {}
  What what_;
  Measured measured_;
};

Result<Measured> parse_measured(std::string_view text);  // "acknowledged_bytes", ...
std::string_view to_string(Measured measured);

// The number for receipts that ended in since <= t < until. Both on whole quarters of an hour (store/accounts.h).
// Refused where a name is not, or no longer, known: the alert says so and keeps its state.
class MeasureSource {
 public:
  virtual ~MeasureSource() = default;
  virtual Result<std::int64_t> value(const Measure& measure, TimeMs since, TimeMs until) = 0;
};

}  // namespace waybill::tracker
