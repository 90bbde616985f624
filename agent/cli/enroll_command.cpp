#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "agent/cli/commands.h"
#include "agent/control/tracker_client.h"
#include "agent/sharing/consent.h"

namespace waybill::cli {

namespace {

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// A key that another try made is used again: the operator knows this agent by it.
Result<crypto::KeyPair> load_or_make_key(const StateDirectory& directory) {
  if (std::filesystem::exists(directory.key())) return crypto::KeyPair::load(directory.key());
  return crypto::KeyPair::generate();
}

// Takes away what a refused enrolment made: the lock file, and the folders that were not there.
class Undo {
 public:
  explicit Undo(const StateDirectory& directory) : lock_(directory.lock()) {
    std::error_code ignored_because_create_will_say_it;
    made_lock_ = !std::filesystem::exists(lock_, ignored_because_create_will_say_it);
    for (auto folder = directory.root; !std::filesystem::exists(folder, ignored_because_create_will_say_it);
         folder = folder.parent_path()) {
      if (folder.empty() || folder == folder.parent_path()) break;
      made_folders_.push_back(folder);
    }
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void keep() { kept_ = true; }
  ~Undo() {
    if (kept_) return;
    std::error_code ignored_because_what_stays_is_harmless;
    if (made_lock_) std::filesystem::remove(lock_, ignored_because_what_stays_is_harmless);
    for (const auto& folder : made_folders_) std::filesystem::remove(folder, ignored_because_what_stays_is_harmless);
  }

 private:
  std::filesystem::path lock_;
  bool made_lock_ = false, kept_ = false;
  std::vector<std::filesystem::path> made_folders_;  // the innermost first
};

// Receipts and orders of one tracker mean nothing to another.
Status check_same_tracker(const StateDirectory& directory, const protocol::EnrollLink& link) {
  if (!std::filesystem::exists(directory.enrollment())) return {};
  auto existing = control::load_enrollment(directory.enrollment());
  if (!existing) return {};  // unusable: enrolling again is its cure
  if (existing->tracker_key == link.tracker_key) return {};
  return refuse(fmt::format("{} belongs to another tracker ({}): name another folder with --data",
                            directory.root.string(), existing->tracker_url));
}

Result<control::Enrollment> ask_tracker(const crypto::KeyPair& key, const protocol::EnrollLink& link,
                                        const std::string& name, const std::optional<IpAddress>& bind) {
  runtime::EventLoop loop("enroll");
  Result<control::Enrollment> answer = fail("interrupted");
  control::enroll(loop, key, link, name, bind, [&](Result<control::Enrollment> enrollment) {
    answer = std::move(enrollment);
    loop.stop();
  });
  loop.run();
  return answer;
}

Result<control::Enrollment> enroll(const Context& context, const EnrollOptions& options) {
  auto link = protocol::EnrollLink::parse(options.link);
  if (!link) return pass_on(link);
  const auto& directory = context.directory;
  Undo undo(directory);
  if (auto created = directory.create(); !created) return pass_on(created);
  if (auto same = check_same_tracker(directory, *link); !same) return pass_on(same);
  auto lock = StateLock::take(directory);
  if (!lock) return pass_on(lock);
  auto key = load_or_make_key(directory);
  if (!key) return pass_on(key);
  auto enrollment = ask_tracker(*key, *link, options.name.empty() ? host_name() : options.name, context.settings.bind);
  if (!enrollment && enrollment.error().transient) {
    return pass_on(enrollment.error(), "the tracker is not reachable, try again when it is");
  }
  if (!enrollment) return enrollment;
  undo.keep();
  if (!std::filesystem::exists(directory.key())) {
    if (auto saved = key->save(directory.key()); !saved) return pass_on(saved);
  }
  if (auto saved = control::save_enrollment(directory.enrollment(), *enrollment); !saved) return pass_on(saved);
  if (options.share) {
    auto state = sharing::load_sharing(directory.sharing(), enrollment->role);
    if (!state) return pass_on(state);
    state->consented = true;
    if (auto saved = sharing::save_sharing(directory.sharing(), *state); !saved) return pass_on(saved);
  }
  return enrollment;
}

}  // namespace

int enroll_command(const CommonOptions& common, const EnrollOptions& options) {
  auto context = open_context(common);
  if (!context) return report("enroll", context.error(), common.json);
  auto enrollment = enroll(*context, options);
  if (!enrollment) return report("enroll", enrollment.error(), common.json);
  auto sharing_state = sharing::load_sharing(context->directory.sharing(), enrollment->role);
  if (!sharing_state) return report("enroll", sharing_state.error(), common.json);
  auto key = crypto::KeyPair::load(context->directory.key());
  if (!key) return report("enroll", key.error(), common.json);
  if (common.json) {
    const nlohmann::ordered_json facts{{"tracker", enrollment->tracker_url},
                                       {"role", protocol::name_of(enrollment->role)},
                                       {"agent", key->public_key().hex()},
                                       {"share", sharing_state->consented},
                                       {"data", context->directory.root.string()}};
    fmt::print("{}\n", facts.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return 0;
  }
  fmt::print("enrolled with {} as {} (agent {})\n", enrollment->tracker_url, protocol::name_of(enrollment->role),
             key->public_key().brief());
  const auto data = common.data.empty() ? std::string() : " --data " + common.data;
  fmt::print("next: waybill-agent run{0}, or waybill-agent get URL{0}\n", data);
  if (!sharing_state->consented) {
    fmt::print("nothing is shared until you say so: waybill-agent share on{}\n", data);
  }
  return 0;
}

}  // namespace waybill::cli
