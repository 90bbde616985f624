// libtorrent as it is: two sessions in one process, a loop and a thread each, with the settings that the agent uses but
// for what only the gate needs.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_handle.hpp>

#include "agent/transfer/session_libtorrent.h"
#include "agent/transfer/torrent_file_libtorrent.h"
#include "common/runtime/event_loop_asio.h"
#include "tests/bench/transfer_contestants.h"

namespace waybill::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kDeadline = std::chrono::minutes(10);

// When the first payload byte was written.
struct FirstByte final : lt::peer_plugin {
  explicit FirstByte(std::atomic<Clock::rep>& when) : first(when) {}
  void sent_payload(int) override {
    if (first.load(std::memory_order_relaxed) == 0) first = Clock::now().time_since_epoch().count();
  }
  std::atomic<Clock::rep>& first;
};

struct FirstByteWatch final : lt::torrent_plugin {
  explicit FirstByteWatch(std::atomic<Clock::rep>& when) : first(when) {}
  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle&) override {
    return std::make_shared<FirstByte>(first);
  }
  std::atomic<Clock::rep>& first;
};

class End {
 public:
  End(const char* address, std::function<void(const lt::alert&)> on_alert) : on_alert_(std::move(on_alert)) {
    transfer::TransferOptions options;
    options.listen = {IpAddress::parse(address).value(), 0};
    auto params = transfer::session_params_for(options);
    params.settings.set_int(lt::settings_pack::choking_algorithm, lt::settings_pack::fixed_slots_choker);
    params.settings.set_int(lt::settings_pack::unchoke_slots_limit, -1);
    session_ = std::make_unique<lt::session>(params, loop_.impl().context);
    session_->set_alert_notify([this] {
      loop_.post([this] {
        if (!session_) return;
        std::vector<lt::alert*> alerts;
        session_->pop_alerts(&alerts);
        for (const auto* alert : alerts) on_alert_(*alert);
      });
    });
    thread_ = std::thread([this] {
      loop_.run();
      loop_.impl().keep_running.reset();
      loop_.impl().context.run_for(std::chrono::seconds(10));
    });
  }

  ~End() {
    loop_.post([this] {
      session_->set_alert_notify([] {});
      closing_ = session_->abort();
      session_.reset();
      loop_.stop();
    });
    thread_.join();
  }

  lt::session& session() { return *session_; }

 private:
  std::function<void(const lt::alert&)> on_alert_;
  runtime::EventLoop loop_{"bare"};
  std::unique_ptr<lt::session> session_;
  lt::session_proxy closing_;
  std::thread thread_;
};

class BareLibtorrent final : public Contestant {
 public:
  explicit BareLibtorrent(const Sample& sample)
      : sample_(sample), source_("127.0.0.23", [this](const lt::alert& alert) { from_source(alert); }) {
    auto params = params_for(sample.file.parent_path());
    params.renamed_files[lt::file_index_t{0}] = sample.file.filename().string();
    params.extensions.push_back(
        [this](const lt::torrent_handle&, lt::client_data_t) { return std::make_shared<FirstByteWatch>(first_byte_); });
    source_.session().add_torrent(std::move(params));
    wait([this] { return checked_ && port_ != 0; });
  }

  std::string name() const override { return "bare libtorrent"; }

  Run run(const std::filesystem::path& folder) override {
    first_byte_ = 0;
    finished_at_ = 0;
    End receiver("127.0.0.24", [this](const lt::alert& alert) { from_receiver(alert); });
    auto params = params_for(folder);
    params.peers.emplace_back(lt::make_address("127.0.0.23"), port_);
    receiver.session().add_torrent(std::move(params));
    wait([this] { return finished_at_ != 0; });
    if (finished_at_ == 0) return {std::nullopt, "it did not end"};
    const Clock::duration took{finished_at_ - first_byte_};
    return {std::chrono::duration<double>(took).count(), {}};
  }

 private:
  lt::add_torrent_params params_for(const std::filesystem::path& folder) const {
    lt::add_torrent_params params;
    params.ti = transfer::parse_torrent(sample_.torrent).value();
    params.save_path = folder.string();
    params.flags = lt::torrent_flags::disable_dht | lt::torrent_flags::disable_lsd | lt::torrent_flags::disable_pex;
    return params;
  }

  void from_source(const lt::alert& alert) {
    const std::lock_guard lock(mutex_);
    if (const auto* listening = lt::alert_cast<lt::listen_succeeded_alert>(&alert)) {
      if (listening->socket_type == lt::socket_type_t::tcp) port_ = static_cast<std::uint16_t>(listening->port);
    }
    if (lt::alert_cast<lt::torrent_checked_alert>(&alert) != nullptr) checked_ = true;
    changed_.notify_all();
  }

  void from_receiver(const lt::alert& alert) {
    if (lt::alert_cast<lt::torrent_finished_alert>(&alert) == nullptr) return;
    const std::lock_guard lock(mutex_);
    finished_at_ = Clock::now().time_since_epoch().count();
    changed_.notify_all();
  }

  void wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kDeadline, condition);
  }

  const Sample sample_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool checked_ = false;
  std::uint16_t port_ = 0;
  std::atomic<Clock::rep> first_byte_{0};
  Clock::rep finished_at_ = 0;
  End source_;
};

}  // namespace

std::unique_ptr<Contestant> make_bare_libtorrent(const Sample& sample) {
  return std::make_unique<BareLibtorrent>(sample);
}

}  // namespace waybill::bench
