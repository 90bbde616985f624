#pragma once
// Follows the registry where several trackers share one database: what another process changed there reaches this
// tracker's decisions within kRegistryWatchPause and the time that reading takes. On the loop; the store's thread
// reads.
#include <functional>
#include <memory>

#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"
#include "tracker/api/registry_view.h"
#include "tracker/api/store_bridge.h"

namespace waybill::tracker {

inline constexpr DurationMs kRegistryWatchPause = seconds(2);

// On the store's thread: the registry as it is now, or null where `used` is of its version still. The books are asked
// for the use of policies only where there is one that `used` does not know. Read as one state: nobody changes the
// registry meanwhile.
Result<std::shared_ptr<const RegistryView>> newer_registry_view(Store& store, const RegistryView& used, TimeMs now,
                                                                const std::filesystem::path& data = {});

class RegistryWatch {
 public:
  using InUse = std::function<std::shared_ptr<const RegistryView>()>;
  using Use = std::function<void(std::shared_ptr<const RegistryView>)>;

  // From when the loop runs. Both are called on the loop.
  RegistryWatch(runtime::EventLoop& loop, StoreBridge& bridge, const runtime::Clock& clock, std::filesystem::path data,
                InUse in_use, Use use);

 private:
  void look_later();
  void look();

  runtime::EventLoop& loop_;
  StoreBridge& bridge_;
  const runtime::Clock& clock_;
  std::filesystem::path data_;  // of this tracker
  InUse in_use_;
  Use use_;
  runtime::Timer timer_;
};

}  // namespace waybill::tracker
