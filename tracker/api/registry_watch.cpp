#include "tracker/api/registry_watch.h"

#include <algorithm>

#include "common/runtime/log.h"

namespace waybill::tracker {

namespace {

template <typename Row>
bool knows_every(const std::vector<Row>& used, const std::vector<Row>& rows) {
  return std::all_of(rows.begin(), rows.end(), [&](const Row& row) {
    return std::any_of(used.begin(), used.end(), [&](const Row& known) { return known.id == row.id; });
  });
}

// Of what the books are asked for once, when it is new.
bool knows_all(const RegistryView& used, const RegistryView& view) {
  return knows_every(used.policies, view.policies) && knows_every(used.agreed.contracts, view.agreed.contracts);
}

}  // namespace

Result<std::shared_ptr<const RegistryView>> newer_registry_view(Store& store, const RegistryView& used, TimeMs now,
                                                                const std::filesystem::path& data) {
  const auto version = store.registry().registry_version();
  if (!version) return tl::make_unexpected(version.error());
  if (*version == used.version) return std::shared_ptr<const RegistryView>();
  std::shared_ptr<const RegistryView> view;
  // Beside other readers and the ingest, but never beside somebody who changes the registry.
  const auto read = store.transact(
      [&]() -> Status {
        auto newer = read_registry_view(store, {}, data);
        if (newer && !knows_all(used, **newer)) newer = read_registry_view(store, now, data);
        if (!newer) return tl::make_unexpected(newer.error());
        view = std::move(*newer);
        return {};
      },
      Writers::together);
  if (!read) return tl::make_unexpected(read.error());
  return view;
}

RegistryWatch::RegistryWatch(runtime::EventLoop& loop, StoreBridge& bridge, const runtime::Clock& clock,
                             std::filesystem::path data, InUse in_use, Use use)
    : loop_(loop),
      bridge_(bridge),
      clock_(clock),
      data_(std::move(data)),
      in_use_(std::move(in_use)),
      use_(std::move(use)) {
  look_later();
}

void RegistryWatch::look_later() {
  timer_ = loop_.after(kRegistryWatchPause, [this] { look(); });
}

void RegistryWatch::look() {
  const auto work = [used = in_use_(), now = clock_.now(), data = data_](Store& store) {
    return newer_registry_view(store, *used, now, data);
  };
  const auto asked = bridge_.ask(work, [this](Result<std::shared_ptr<const RegistryView>> view) {
    if (!view) {
      WAYBILL_WARN("tracker", "the registry could not be read again, the one in use stays: {}", view.error().message);
    } else if (*view) {
      // A command of this tracker that was carried out meanwhile may have brought a later one already.
      if ((*view)->version > in_use_()->version) {
        WAYBILL_INFO("tracker", "the registry changed and is read again version={}", (*view)->version);
        use_(std::move(*view));
      }
    }
    look_later();
  });
  if (!asked) look_later();  // the store has too much to do: the next time will do
}

}  // namespace waybill::tracker
