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
  ContentGrants(const IspGrants& grants, const Content& content) : grants_(grants), content_(content) {}
  bool covers(IspId isp) const override { return grants_.covers(isp, content_.content_class, content_.owner); }

 private:
  const IspGrants& grants_;
  const Content& content_;
};

}  // namespace waybill::tracker
