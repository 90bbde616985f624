#pragma once
// Names from the reverse DNS. Whoever owns an address block writes what he likes there, so a name is outside text.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/types/ip.h"

namespace waybill::agent {

// Lower-cased, without the root's dot. Letters, digits and hyphens in labels of 1 to 63 (RFC 1123 2.1), and the
// underscore that operators use in interface names. Empty where it is anything else, longer than
// protocol::kMaxHopNameBytes, has no letter (it would pass for an address) or begins or ends a label with a hyphen.
std::optional<std::string> clean_host_name(std::string_view name);

// The system's resolver, asked for the name of an address; the forward direction is not checked. Empty: it has
// none that is clean. Fails (transient) where no name server answers. Blocks: it asks each of the configured name
// servers once, for a second. Only for a thread that may wait.
Result<std::string> look_up_host_name(const IpAddress& address);
using HostNameLookUp = std::function<Result<std::string>(const IpAddress&)>;

}  // namespace waybill::agent
