#include "agent/transfer/session_libtorrent.h"

#include <algorithm>
#include <limits>

#include <libtorrent/ip_filter.hpp>
#include <libtorrent/mmap_disk_io.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/posix_disk_io.hpp>
#include <libtorrent/settings_pack.hpp>

namespace waybill::transfer {

namespace {

using Pack = lt::settings_pack;

std::string listen_interface(const TransferOptions& options) {
  Endpoint endpoint = options.listen;
  return endpoint.str();
}

// Peers come from the tracker alone, and all talk is in the clear: payload is public to whoever has an order, keys are
// proven by signature, and RC4 would cost half the throughput.
void set_privacy(Pack& pack) {
  pack.set_bool(Pack::enable_dht, false);
  pack.set_bool(Pack::enable_lsd, false);
  pack.set_int(Pack::in_enc_policy, Pack::pe_disabled);
  pack.set_int(Pack::out_enc_policy, Pack::pe_disabled);
  pack.set_str(Pack::user_agent, "waybill");
  pack.set_str(Pack::handshake_client_version, "waybill");
  pack.set_str(Pack::peer_fingerprint, "-WB0010-");
}

// Who is choked is decided by the order book alone, and connections end when their orders do.
void set_gate(Pack& pack) {
  // Of libtorrent's chokers this one unchokes nobody before interest was heard, and the channels let none be heard from
  // a peer that is not served.
  pack.set_int(Pack::choking_algorithm, Pack::rate_based_choker);
  pack.set_int(Pack::allowed_fast_set_size, 0);
  pack.set_int(Pack::suggest_mode, Pack::no_piece_suggestions);
  pack.set_bool(Pack::close_redundant_connections, false);
  pack.set_bool(Pack::allow_multiple_connections_per_ip, true);
  // A sender connects where its order says so; the channels let go of whatever else libtorrent comes back to.
  pack.set_bool(Pack::seeding_outgoing_connections, true);
  // One failure, and libtorrent waits for the engine to ask again.
  pack.set_int(Pack::max_failcount, 1);
  pack.set_int(Pack::min_reconnect_time, 1);
  pack.set_int(Pack::peer_connect_timeout, 7);
  pack.set_int(Pack::handshake_timeout, 10);
}

void set_ports(Pack& pack, const TransferOptions& options) {
  pack.set_bool(Pack::enable_upnp, options.map_port);
  pack.set_bool(Pack::enable_natpmp, options.map_port);
  pack.set_bool(Pack::upnp_ignore_nonrouters, true);
}

void set_speed(Pack& pack, const TransferOptions& options) {
  pack.set_bool(Pack::enable_outgoing_utp, options.utp);
  pack.set_bool(Pack::enable_incoming_utp, true);  // from those who must open at the same time (Dialer)
  pack.set_int(Pack::mixed_mode_algorithm, Pack::prefer_tcp);
  pack.set_int(Pack::send_buffer_watermark, send_buffer_watermark(options.low_memory));
  pack.set_int(Pack::send_buffer_low_watermark, options.low_memory ? 64 << 10 : 256 << 10);
  pack.set_int(Pack::send_buffer_watermark_factor, 100);
  // What is asked of one source long before it can send it cannot be asked of another that has it meanwhile.
  pack.set_int(Pack::request_queue_time, 1);
  // Under a rate limit each message, of the handshakes as well, waits for the next tick.
  pack.set_int(Pack::tick_interval, 50);
  pack.set_int(Pack::max_out_request_queue, options.low_memory ? 250 : 500);
  pack.set_int(Pack::max_allowed_in_request_queue, 2000);
  pack.set_int(Pack::max_queued_disk_bytes, options.low_memory ? 1 << 20 : 8 << 20);
  pack.set_int(Pack::aio_threads, options.low_memory ? 1 : 4);
  pack.set_int(Pack::hashing_threads, 1);
  pack.set_int(Pack::file_pool_size, options.low_memory ? 16 : 128);
  pack.set_int(Pack::connections_limit, options.low_memory ? 64 : 1000);
  pack.set_int(Pack::alert_queue_size, 2000);
  pack.set_int(Pack::active_limit, -1);
  pack.set_int(Pack::active_downloads, -1);
  pack.set_int(Pack::active_seeds, -1);
  pack.set_int(Pack::active_checking, 1);
}

}  // namespace

int send_buffer_watermark(bool low_memory) { return low_memory ? 256 << 10 : 2 << 20; }

lt::settings_pack rate_settings(ByteRate upload_cap) {
  Pack pack;
  const auto most = static_cast<std::int64_t>(std::numeric_limits<int>::max());
  pack.set_int(Pack::upload_rate_limit, static_cast<int>(std::clamp<std::int64_t>(upload_cap.value, 0, most)));
  return pack;
}

lt::settings_pack dialing_settings(const TransferOptions& options, bool through_nats) {
  Pack pack;
  pack.set_bool(Pack::enable_outgoing_utp, through_nats || options.utp);
  pack.set_bool(Pack::enable_outgoing_tcp, !through_nats);
  return pack;
}

lt::session_params session_params_for(const TransferOptions& options) {
  Pack pack = rate_settings(options.upload_cap);
  set_privacy(pack);
  set_gate(pack);
  set_ports(pack, options);
  set_speed(pack, options);
  pack.set_str(Pack::listen_interfaces, listen_interface(options));
  if (!options.listen.address.is_unspecified()) pack.set_str(Pack::outgoing_interfaces, options.listen.address.str());
  pack.set_bool(Pack::listen_system_port_fallback, false);
  pack.set_int(Pack::max_retry_port_bind, 0);
  pack.set_int(Pack::alert_mask, lt::alert_category::error | lt::alert_category::status | lt::alert_category::storage |
                                     lt::alert_category::port_mapping);
  lt::session_params params(pack, {});  // no extensions: neither peer exchange nor metadata for strangers
  if (options.low_memory) {
    params.disk_io_constructor = lt::posix_disk_io_constructor;
  } else {
    params.disk_io_constructor = lt::mmap_disk_io_constructor;
  }
  return params;
}

void limit_every_address(lt::session& session) {
  const std::uint32_t global = 1u << static_cast<std::uint32_t>(lt::session::global_peer_class_id);
  lt::ip_filter filter;
  filter.add_rule(lt::make_address("0.0.0.0"), lt::make_address("255.255.255.255"), global);
  filter.add_rule(lt::make_address("::"), lt::make_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), global);
  session.set_peer_class_filter(filter);
}

}  // namespace waybill::transfer
