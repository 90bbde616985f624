#pragma once
// The gate that selection asks for one request. For the .cpp files of this folder.
#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

class Coordinator::State::Gate final : public PolicyGate {
 public:
  Gate(const Coordinator::State& state, AgentIndex receiver, const Content& content, std::int64_t least_bytes,
       bool in_earnest, TimeMs now)
      : state_(state), receiver_(receiver) {
    request_.content_class = content.content_class;
    request_.owner = content.owner;
    request_.least_bytes = least_bytes;
    request_.in_earnest = in_earnest;
    request_.now = now;
  }

  bool open(AgentIndex source, bool cdn_node) const override { return !blocking(source, cdn_node); }
  std::optional<PolicySlot> blocking(AgentIndex source, bool cdn_node) const {
    const auto& index = state_.policies.index();
    const auto& touched = state_.routes.touched(source, receiver_, index, request_.now);
    if (touched.empty()) return std::nullopt;
    auto request = request_;
    request.cdn_node = cdn_node;
    return state_.policies.admit(touched, request).blocking;
  }

 private:
  const Coordinator::State& state_;
  AgentIndex receiver_;
  PolicyRequest request_;
};

class Coordinator::State::ContentGrants final : public GrantGate {
 public:
  // `stock`: the receiver is a stock client.
  ContentGrants(const Coordinator::State& state, const Content& content, bool stock)
      : state_(state),
        content_(content),
        stock_(stock),
        price_matters_(state.options.cdn_price && cdn_serves(state, content)) {}
  bool covers(IspId isp) const override { return state_.grants.covers(isp, content_.content_class, content_.owner); }
  bool prices_unacknowledged(IspId isp) const override {
    const auto* agreement = state_.grants.open_agreement(isp);
    return agreement != nullptr && agreement->tariff.unacknowledged;
  }
  bool worth_off_net(IspId isp) const override { return !price_matters_ || !state_.dearer_than_cdn(isp, stock_); }

 private:
  static bool cdn_serves(const Coordinator::State& state, const Content& content) {
    const auto* holders = state.swarm.holders(content.id);
    return holders != nullptr && !holders->cdn.empty();
  }

  const Coordinator::State& state_;
  const Content& content_;
  const bool stock_;
  const bool price_matters_;
};

}  // namespace waybill::tracker
