#pragma once
// OpenSSL contexts for the two ends (tls_identity.h), private to this folder.
#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "common/net/tls_identity.h"
#include "common/types/result.h"

namespace waybill::net {

// TLS 1.3 with a self-signed certificate of the identity's key.
Result<std::unique_ptr<boost::asio::ssl::context>> server_context(const TlsServerIdentity& identity);

// TLS 1.3. It accepts every certificate: whoever uses it must compare shown_key() before the first byte is sent. The
// handshake itself has proved then that the server holds that key (RFC 8446 4.4.3).
boost::asio::ssl::context& client_context();

// TLS 1.2 or later (RFC 9325 3.1.1). It accepts what the authorities vouch for: the handshake fails otherwise, also
// where the certificate is not for the name or address that Stream::handshake_as_client was given.
Result<std::unique_ptr<boost::asio::ssl::context>> authority_context(const TlsAuthorities& authorities);

// The Ed25519 key of the certificate that the other end showed; an error for any other kind of key.
Result<crypto::PublicKey> shown_key(SSL* session);

}  // namespace waybill::net
