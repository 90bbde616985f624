#pragma once
// Which network components are an ISP's own: itself, its borders with others, what the operator registered as its, and
// devices whose addresses lie in its prefixes. Everything else is somebody else's, or nobody's.
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/paths/registered_component.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

class OwnComponents {
 public:
  OwnComponents() = default;  // nothing is own
  OwnComponents(const std::string& isp, const std::vector<Isp>& isps,
                const std::vector<RegisteredComponent>& registered);

  bool owns(std::string_view key) const;  // "router:core1", "inter-isp-link:SP1>SP2", "router:198.51.100.1", ...
  // The key that a component's name stands for, where it is the ISP's own.
  std::optional<std::string> key_of(const std::string& text) const;
  // A path as FIG. 5 prints it, with "(other)" for each hop that is not known to be its own.
  std::string masked_path(const std::string& printed) const;
  const std::string& isp() const { return isp_; }

 private:
  bool owns_address(const IpAddress& address) const;
  bool owns_border(std::string_view ends) const;
  std::string isp_;
  IspId id_;
  std::vector<Isp> isps_;
  std::set<std::string, std::less<>> own_keys_;    // registered as its
  std::set<std::string, std::less<>> other_keys_;  // registered as another's, or nobody's
  std::set<std::string, std::less<>> own_labels_;
};

}  // namespace waybill::tracker
