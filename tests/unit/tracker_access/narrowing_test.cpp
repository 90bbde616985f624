// Who may ask what, and what they see of it: the decisions as functions of values.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tracker/access/narrowing_json.h"
#include "tracker/access/offer.h"
#include "tracker/access/own_side_json.h"
#include "tracker/cli/administration.h"

using namespace waybill;
using namespace waybill::tracker;
using nlohmann::json;

namespace {

const Subject kOperator{Role::operator_role, ""}, kAuditor{Role::auditor, ""}, kIsp{Role::isp, "SP1"},
    kOwner{Role::owner, "MovieStudio"};

Isp isp(std::int64_t id, const std::string& name, const std::string& prefix) {
  Isp isp;
  isp.id = IspId{id};
  isp.name = name;
  isp.prefixes = {*IpPrefix::parse(prefix)};
  return isp;
}

RegisteredComponent router(const std::string& name, std::int64_t isp) {
  RegisteredComponent component;
  component.name = name;
  component.kind = ComponentKind::router;
  component.isp = IspId{isp};
  return component;
}

const OwnComponents& own() {
  static const OwnComponents kOwn("SP1", {isp(1, "SP1", "198.18.0.0/16"), isp(2, "SP2", "198.18.2.0/24")},
                                  {router("core1", 1), router("core2", 2), router("198.18.1.9", 2)});
  return kOwn;
}

json asks(const Subject& subject, const char* command, const json& arguments) {
  const auto narrowed = narrow(subject, own(), command, arguments);
  REQUIRE_MESSAGE(narrowed, command);
  return *narrowed;
}

std::string refused(const Subject& subject, const char* command, const json& arguments = json::object()) {
  const auto narrowed = narrow(subject, own(), command, arguments);
  return narrowed ? "allowed" : std::string(narrowed.error().name);
}

}  // namespace

TEST_CASE("what is not offered is refused to everybody") {
  for (const auto& subject : {kOperator, kAuditor, kIsp, kOwner}) {
    CHECK(refused(subject, "no such command") == "not_offered");
    CHECK(refused(subject, "token add") == "not_offered");
    CHECK(refused(subject, "init") == "not_offered");
  }
}

TEST_CASE("nobody but the operator changes anything, and the auditor reads everything") {
  for (const auto& offer : offers()) {
    const auto command = std::string(offer.command);
    CHECK(refused(kOperator, command.c_str()) == "allowed");
    const bool changes = offer.effect == Effect::changes;
    CHECK((refused(kAuditor, command.c_str()) == "allowed") == !changes);
    if (!needs_running_tracker(command)) CHECK_MESSAGE(reads_only(command) == !changes, command);
    for (const auto& party : {kIsp, kOwner}) {
      if (changes) CHECK(refused(party, command.c_str()) == "changes");
    }
  }
}

TEST_CASE("an ISP's questions are narrowed to its side") {
  CHECK(asks(kIsp, "report matrix", {{"since", "-7d"}}) == json{{"since", "-7d"}, {"involving", "SP1"}});
  CHECK(asks(kIsp, "report bytes", {{"from", "SP2"}}) == json{{"from", "SP2"}, {"involving", "SP1"}});
  CHECK(asks(kIsp, "report files", json::object()) == json{{"delivered_to", "SP1"}});
  CHECK(asks(kIsp, "report files", {{"to", "SP1"}}) == json{{"delivered_to", "SP1"}});
  CHECK(asks(kIsp, "invoice list", json::object()) == json{{"isp", "SP1"}});
  CHECK(asks(kIsp, "settle", {{"period", "2026-11"}}) == json{{"period", "2026-11"}, {"isp", "SP1"}});
  CHECK(asks(kIsp, "records", json::object()) == json{{"component", "isp:SP1"}});
  CHECK(asks(kIsp, "report bytes", {{"component", "core1"}}) == json{{"component", "router:core1"}});
  CHECK(asks(kIsp, "report components", {{"limit", "3"}, {"order", "bytes"}}) == json{{"order", "bytes"}});
  CHECK(asks(kIsp, "report balance", {{"from", "SP2"}, {"to", "SP1"}}).size() == 2);
  CHECK(asks(kIsp, "isp show", {{"name", "SP1"}}) == json{{"name", "SP1"}});
}

TEST_CASE("an ISP's questions about others are refused") {
  CHECK(refused(kIsp, "report bytes", {{"involving", "SP2"}}) == "other_party");
  CHECK(refused(kIsp, "report bytes", {{"client", "alice"}}) == "client_ids");
  CHECK(refused(kIsp, "report bytes", {{"group_by", "agreement"}}) == "other_party");
  CHECK(refused(kIsp, "report shares", {{"group_by", {"to", "agreement"}}, {"to", "SP1"}}) == "other_party");
  CHECK(refused(kIsp, "report bytes", {{"group_by", {"agreement"}}, {"from", "SP1"}}) == "allowed");
  CHECK(refused(kIsp, "report bytes", {{"crossing", true}, {"from", "SP2"}, {"to", "SP3"}}) == "other_party");
  CHECK(refused(kIsp, "report bytes", {{"crossing", true}, {"from", "SP2"}, {"to", "SP1"}}) == "allowed");
  CHECK(refused(kIsp, "report bytes", {{"component", "core1"}, {"from", "SP2"}}) == "other_party");
  CHECK(refused(kIsp, "report bytes", {{"component", "core2"}}) == "other_party");
  CHECK(refused(kIsp, "records", {{"component", "isp:SP2"}}) == "other_party");
  CHECK(refused(kIsp, "report balance", {{"from", "SP2"}, {"to", "SP3"}}) == "other_party");
  CHECK(refused(kIsp, "report files", {{"delivered_to", "SP2"}}) == "other_party");
  CHECK(refused(kIsp, "settle", {{"isp", "SP2"}}) == "other_party");
  CHECK(refused(kIsp, "settle", {{"evidence", true}}) == "evidence");
  CHECK(refused(kIsp, "agreement show", {{"owner", "MovieStudio"}}) == "other_party");
  CHECK(refused(kIsp, "isp show", {{"name", "SP2"}}) == "other_party");
  for (const auto* command : {"journal", "audit", "object list", "content list", "agents", "orders", "token list",
                              "component insight list", "alert channel list", "records difference", "policy why"}) {
    CHECK_MESSAGE(refused(kIsp, command) == "not_offered", command);
  }
}

TEST_CASE("an owner asks about its own titles, contract and invoices") {
  CHECK(asks(kOwner, "report matrix", json::object()) == json{{"owner", "MovieStudio"}});
  CHECK(asks(kOwner, "agreement show", json::object()) == json{{"owner", "MovieStudio"}});
  CHECK(asks(kOwner, "content list", {{"all", true}}) == json{{"all", true}, {"owner", "MovieStudio"}});
  CHECK(refused(kOwner, "report bytes", {{"owner", "NewsHouse"}}) == "other_party");
  CHECK(refused(kOwner, "report bytes", {{"component", "core1"}}) == "other_party");
  CHECK(refused(kOwner, "report bytes", {{"group_by", "agreement"}, {"from", "SP1"}}) == "other_party");
  CHECK(refused(kOwner, "invoice list", {{"isp", "SP1"}}) == "other_party");
  for (const auto* command : {"isp list", "agreement list", "settle", "records", "transfers", "report components"}) {
    CHECK_MESSAGE(refused(kOwner, command) == "not_offered", command);
  }
}

TEST_CASE("which components are an ISP's own") {
  for (const auto* key : {"isp:SP1", "inter-isp-link:SP1>SP2", "inter-isp-link:SP9>SP1", "router:core1",
                          "router:198.18.1.1", "router:SP1/10.0.0.1"}) {
    CHECK_MESSAGE(own().owns(key), key);
  }
  for (const auto* key :
       {"isp:SP2", "isp:SP11", "inter-isp-link:SP2>SP3", "router:core2", "router:198.18.2.1", "router:198.18.1.9",
        "router:192.0.2.1", "router:SP2/10.0.0.1", "city:Berlin", "", "router:"}) {
    CHECK_MESSAGE(!own().owns(key), key);
  }
  CHECK_FALSE(OwnComponents().owns("isp:"));
  CHECK(own().masked_path("198.18.1.1 core1 * 198.18.2.7 gate.sp2.example core2 198.18.0.4") ==
        "198.18.1.1 core1 * (other) (other) (other) 198.18.0.4");
}

TEST_CASE("rows, hops and ids of others are taken out of answers") {
  const auto seen = [](const char* command, const json& result, const json& asked = json::object()) {
    const json answer{{"ok", true}, {"result", result}, {"lines", {"told of everything"}}, {"notes", {"and this"}}};
    const auto cut = own_side(kIsp, own(), command, asked, answer);
    REQUIRE(cut);
    CHECK_FALSE(cut->contains("lines"));
    CHECK_FALSE(cut->contains("notes"));
    return cut->at("result");
  };
  const auto key = std::string(64, 'a');
  const json records{{"component", "isp:SP1"}, {"path", "198.18.1.1 198.18.2.1"},
                     {"from", "SP2"},          {"to", "SP3"},
                     {"order", "ff"},          {"sequence", 3},
                     {"sender", key},          {"receiver", "c-12"}};
  const auto record = seen("records", {{"records", {records}}}).at("records")[0];
  CHECK(record.at("path") == "198.18.1.1 (other)");
  for (const auto* masked : {"from", "to", "order", "sequence", "sender"})
    CHECK_MESSAGE(record.at(masked) == nullptr, masked);
  CHECK(record.at("receiver") == "c-12");
  const json rows{{{"component", "isp:SP1"}}, {{"component", "isp:SP2"}}, {{"component", "inter-isp-link:SP1>SP2"}}};
  const json components{{"rows", rows}, {"left_out", {{"rows", 7}}}};
  CHECK(seen("report components", components).at("rows").size() == 2);
  CHECK_FALSE(seen("report components", components).contains("left_out"));
  CHECK(seen("report components", components, {{"limit", "1"}}).at("left_out").at("rows") == 1);
  const json policies{{"policies", {{{"isp", "SP2"}}, {{"component", "router:core1"}}, {{"isp", "SP1"}}}}};
  CHECK(seen("policy list", policies).at("policies").size() == 2);
  const auto alert = [](const json& traffic) { return json{{"measures", {{"traffic", traffic}}}}; };
  const json alerts{{"alerts",
                     {alert({{"from", "SP1"}}), alert({{"to", "SP2"}}), alert({{"to", "SP1"}, {"client", key}}),
                      json{{"measures", {{"object", "watched"}}}}, json::object()}}};
  CHECK(seen("alert list", alerts).at("alerts").size() == 1);
}

TEST_CASE("what is another's is as if it were not") {
  const auto outcome = [](const Subject& subject, const char* command, const json& answer) {
    const auto cut = own_side(subject, own(), command, json::object(), answer);
    return cut ? "seen" : std::string(cut.error().name) + ": " + cut.error().detail;
  };
  const auto invoice = [](const char* kind, const char* name) {
    return json{{"ok", true}, {"result", {{"invoice", {{"party", {{"kind", kind}, {"name", name}}}}}}}};
  };
  const json none{{"ok", false}, {"error", "there is no invoice SBI-7"}, {"exit", 1}};
  CHECK(outcome(kIsp, "invoice show", invoice("isp", "SP1")) == "seen");
  CHECK(outcome(kIsp, "invoice show", invoice("isp", "SP2")) == outcome(kIsp, "invoice show", none));
  CHECK(outcome(kIsp, "invoice show", invoice("owner", "SP1")).starts_with("unknown"));
  CHECK(outcome(kOwner, "invoice show", invoice("owner", "MovieStudio")) == "seen");
  CHECK(outcome(kOperator, "invoice show", invoice("isp", "SP2")) == "seen");
  const json contents{{"ok", true}, {"result", {{"contents", {{{"owner", "NewsHouse"}}}}}}};
  CHECK(outcome(kOwner, "content show", contents).starts_with("unknown"));
}
