#include "tracker/alerts/measure.h"

#include <array>

#include "common/types/ids.h"
#include "tracker/alerts/document_fields_json.h"
#include "tracker/alerts/plain_text.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::array<std::pair<Measured, std::string_view>, 5> kMeasured{{
    {Measured::acknowledged_bytes, "acknowledged_bytes"},
    {Measured::unacknowledged_bytes, "unacknowledged_bytes"},
    {Measured::receipts, "receipts"},
    {Measured::bytes_per_second, "bytes_per_second"},
    {Measured::on_net_share, "on_net_share"},
}};

struct TextField {
  const char* key;
  std::optional<std::string> TrafficFilter::*member;
  const char* before;  // in words
};
constexpr std::array<TextField, 7> kTextFields{{
    {"from", &TrafficFilter::from, "from"},
    {"to", &TrafficFilter::to, "to"},
    {"owner", &TrafficFilter::owner, "owner"},
    {"content", &TrafficFilter::content, "content"},
    {"client", &TrafficFilter::client, "client"},
    {"component", &TrafficFilter::component, "carried by"},
    {"class", &TrafficFilter::traffic_class, "class"},
}};

Status check(const TrafficFilter& filter) {
  for (const auto& field : kTextFields) {
    const auto& value = filter.*field.member;
    if (!value) continue;
    if (auto ok = check_plain_text(std::string("the measure's ") + field.key, *value, kMaxMeasureTextBytes); !ok) {
      return ok;
    }
  }
  if (filter.content) {
    if (const auto id = ContentId::from_hex(*filter.content); !id) return tl::make_unexpected(id.error());
  }
  if (filter.client) {
    if (const auto key = AgentKey::from_hex(*filter.client); !key) return tl::make_unexpected(key.error());
  }
  if (filter.traffic_class && *filter.traffic_class != "file" && *filter.traffic_class != "live") {
    return refuse("the measure's class must be 'file' or 'live'");
  }
  if (filter.component && (filter.from || filter.to || filter.client || filter.on_net)) {
    return refuse("a component's bytes can be measured by owner, content and class only: measure the ISPs without it");
  }
  if (filter.on_net && filter.from && filter.to && (filter.from == filter.to) != *filter.on_net) {
    return refuse("no traffic fits the measure: from and to contradict on-net or off-net");
  }
  return {};
}

Result<TrafficFilter> read_filter(const json& object) {
  DocumentFields fields(object);
  TrafficFilter filter;
  for (const auto& field : kTextFields) filter.*field.member = fields.optional_text(field.key);
  if (fields.has("on_net")) filter.on_net = fields.flag("on_net");
  if (auto ok = fields.finish("a measure's filter"); !ok) return pass_on(ok);
  return filter;
}

}  // namespace

Result<Measured> parse_measured(std::string_view text) {
  for (const auto& [measured, name] : kMeasured) {
    if (name == text) return measured;
  }
  return refuse("'" + std::string(text) +
                "' is none of acknowledged_bytes, unacknowledged_bytes, receipts, bytes_per_second, on_net_share");
}

std::string_view to_string(Measured measured) {
  for (const auto& [value, name] : kMeasured) {
    if (value == measured) return name;
  }
  return "?";
}

Result<Measure> Measure::of_traffic(TrafficFilter filter, Measured measured) {
  if (auto ok = check(filter); !ok) return pass_on(ok);
  if (measured == Measured::on_net_share && (filter.on_net || filter.component)) {
    return refuse("the on-net share is one of both on-net and off-net bytes: give neither of these, nor a component");
  }
  return Measure(std::move(filter), measured);
}

Result<Measure> Measure::of_object(std::string name, Measured measured) {
  if (auto ok = check_plain_text("the accounting object's name", name, kMaxMeasureTextBytes); !ok) return pass_on(ok);
  if (measured == Measured::on_net_share) {
    return refuse("the on-net share of an accounting object cannot be measured: measure the traffic");
  }
  return Measure(std::move(name), measured);
}

Result<Measure> Measure::parse(std::string_view document) {
  const auto value = parse_document(document, kMaxMeasureDocumentBytes);
  DocumentFields fields(value);
  const auto measured_text = fields.text("measured");
  const auto object = fields.optional_text("object");
  const auto& traffic = object ? json() : fields.object("traffic");
  if (auto ok = fields.finish("a measure"); !ok) return pass_on(ok);
  const auto measured = parse_measured(measured_text);
  if (!measured) return tl::make_unexpected(measured.error());
  if (object) return of_object(*object, *measured);
  auto filter = read_filter(traffic);
  if (!filter) return pass_on(filter);
  return of_traffic(*std::move(filter), *measured);
}

std::string Measure::document() const {
  json value = {{"measured", to_string(measured_)}};
  if (const auto* name = object()) {
    value["object"] = *name;
  } else {
    auto& filter = value["traffic"] = json::object();
    for (const auto& field : kTextFields) {
      if (const auto& text = traffic()->*field.member) filter[field.key] = *text;
    }
    if (traffic()->on_net) filter["on_net"] = *traffic()->on_net;
  }
  return value.dump();
}

std::string Measure::words() const {
  std::string text(to_string(measured_));
  for (auto& c : text) c = c == '_' ? ' ' : c;
  if (const auto* name = object()) return text + " of object " + *name;
  bool first = true;
  for (const auto& field : kTextFields) {
    const auto& value = traffic()->*field.member;
    if (!value) continue;
    text += std::string(first ? " " : ", ") + field.before + " " + *value;
    first = false;
  }
  if (traffic()->on_net) text += std::string(first ? " " : ", ") + (*traffic()->on_net ? "on-net" : "off-net");
  return text;
}

}  // namespace waybill::tracker
