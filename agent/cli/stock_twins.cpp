// Stock BitTorrent clients are served by each content's v1 twin, which the tracker keeps (AgentApp::Impl).
#include "agent/cli/agent_app_detail.h"
#include "agent/control/tracker_client.h"
#include "common/runtime/log.h"

namespace waybill::cli {

// Asked once for each content that is held whole, so that a client that is sent here finds it offered. An order for a
// stock client asks again where there was none, and a tracker that cannot be reached is asked with the next order or
// the next start.
void AgentApp::Impl::ask_for_twin(const ContentId& content) {
  if (!owner_sharing.consented || !twins.insert(content).second) return;
  const auto again = [this, content] { twins.erase(content); };
  control::fetch_twin(loop, options.enrollment, options.settings.bind, content,
                      [this, again, content](Result<ByteString> twin) {
                        if (shutting_down) return;
                        if (twin && !twin->empty()) return engine->add_twin(content, std::move(*twin));
                        again();
                        if (!twin) WAYBILL_INFO("app", "content={}: {}", content.brief(), twin.error().message);
                      });
}

}  // namespace waybill::cli
