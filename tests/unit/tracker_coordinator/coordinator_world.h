#pragma once
// A coordinator with three ISPs and one content, for the tests of this folder. SP1 grants always, SP2 18:00–24:00 UTC,
// SP3 nothing. An address 10.N.x.y lies in ISP N. The day begins at noon.
#include <map>
#include <string>
#include <vector>

#include "tracker/coordinator/coordinator.h"

namespace waybill::tracker::test {

inline constexpr TimeMs kNoon{1'794'052'800'000};  // 2026-11-07T12:00Z
inline constexpr std::int64_t kPiece = 1 << 20;

template <typename Id>
Id numbered(unsigned number, unsigned char kind) {
  Id id;
  id.bytes[0] = static_cast<unsigned char>(number >> 8);
  id.bytes[1] = static_cast<unsigned char>(number);
  id.bytes.back() = kind;
  return id;
}

inline Isp isp(int id) { return {IspId{id}, "SP" + std::to_string(id), {}, "UTC", {}}; }
inline Agreement agreement(int id, Grant grant) {
  return {AgreementId{id}, IspId{id}, TimeMs{}, std::nullopt, grant, {}};
}

class World {
 public:
  explicit World(CoordinatorOptions options = {});

  // A name that begins with "cdn" gives a CDN node, anything else a client. It shares, and holds `pieces` of the
  // content.
  AgentKey join(const std::string& name, int isp, std::int64_t pieces, int slots = 8);
  AgentFacts facts(const std::string& name, int isp, std::int64_t pieces, int slots = 8);
  void leave(const std::string& name);
  void want(const std::string& name, std::int64_t pieces_held = 0);
  // Every live order of the receiver delivers at this rate, or at its limit, but those of the senders named in `idle`.
  void report(const std::string& name, std::int64_t pieces_held, std::int64_t rate,
              const std::vector<std::string>& idle = {});
  void share(const std::string& name, bool consented);
  void hold(const std::string& name, std::int64_t pieces);
  void tick() { take(coordinator.tick(now)); }
  // Seconds pass; each with a report of the receivers in `reporting` and a tick.
  void pass(int seconds, const std::map<std::string, std::int64_t>& reporting = {},
            const std::vector<std::string>& idle = {});
  void registry();

  AgentKey key(const std::string& name) const { return keys_.at(name); }
  std::string name_of(const AgentKey& key) const;
  // The senders of the receiver's live orders, sorted; superseded orders left out.
  std::vector<std::string> sources(const std::string& receiver) const;
  std::vector<OrderRow> orders_of(const std::string& receiver) const;
  const OrderRow order_from(const std::string& sender, const std::string& receiver) const;
  std::string reason(const std::string& candidate, const std::string& receiver) const;

  // Of the last call(s) since clear().
  std::vector<IssueOrder> issued;
  std::vector<RevokeOrder> revoked;
  std::vector<RefuseWant> refused;
  std::vector<RecordFailure> failures;
  std::vector<std::string> log;
  void clear();
  void take(Actions actions);

  TimeMs now = kNoon;
  RegistryTables tables;
  ContentId content = numbered<ContentId>(1, 2);
  Coordinator coordinator;

 private:
  std::map<std::string, AgentKey> keys_;
  unsigned next_ = 0;
};

}  // namespace waybill::tracker::test
