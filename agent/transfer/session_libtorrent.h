#pragma once
// How this project sets libtorrent up. README.md gives the reason for each choice.
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>

#include "agent/transfer/transfer_engine.h"

namespace waybill::transfer {

lt::session_params session_params_for(const TransferOptions& options);
// Every address counts against the rate limits: libtorrent exempts local networks by default.
void limit_every_address(lt::session& session);
// How libtorrent connects from now on: by uTP alone, or as the options say.
lt::settings_pack dialing_settings(const TransferOptions& options, bool through_nats);
lt::settings_pack rate_settings(ByteRate upload_cap);

// Bytes that libtorrent may hold for one connection between the gate and the socket: what still leaves after an order
// was revoked.
int send_buffer_watermark(bool low_memory);

}  // namespace waybill::transfer
