#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "common/net/tls_context_asio.h"
#include "common/types/check.h"

namespace waybill::net {

namespace {

struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

std::string openssl_error() {
  char text[256] = "unknown error";
  if (const auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

// The pin is the trust, so the certificate's name and dates carry none: it starts in 1970 and has RFC 5280's "no
// well-defined expiration date" (4.1.2.5).
Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  X509_NAME* name = X509_get_subject_name(certificate.get());
  static constexpr unsigned char kName[] = "waybill";
  const bool filled = X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                      ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1 &&
                      ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), "19700101000000Z") == 1 &&
                      ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), "99991231235959Z") == 1 &&
                      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kName, -1, -1, 0) == 1 &&
                      X509_set_issuer_name(certificate.get(), name) == 1 &&
                      X509_set_pubkey(certificate.get(), key) == 1 &&
                      X509_sign(certificate.get(), key, nullptr) > 0;  // Ed25519 brings its own digest
  return filled ? std::move(certificate) : nullptr;
}

// Waybill's two ends speak TLS 1.3 only, and a session is never resumed: tickets would be sent after each handshake to
// clients that throw them away.
bool settle(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // 34 kB less for each idle connection
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1;
}

}  // namespace

Result<std::unique_ptr<boost::asio::ssl::context>> server_context(const TlsServerIdentity& identity) {
  auto* key = static_cast<EVP_PKEY*>(identity.key.native());
  WAYBILL_ASSERT(key != nullptr, "a TLS server needs a key");
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  const auto certificate = make_certificate(key);
  if (!certificate || !settle(native) || SSL_CTX_use_certificate(native, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(native, key) != 1) {
    return fail("cannot set up TLS with the server's key: " + openssl_error());
  }
  return context;
}

boost::asio::ssl::context& client_context() {
  static boost::asio::ssl::context context = [] {
    boost::asio::ssl::context made(boost::asio::ssl::context::tls_client);
    made.set_verify_mode(boost::asio::ssl::verify_none);
    WAYBILL_ASSERT(settle(made.native_handle()), "OpenSSL offers no TLS 1.3");
    return made;
  }();
  return context;
}

Result<std::unique_ptr<boost::asio::ssl::context>> authority_context(const TlsAuthorities& authorities) {
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  context->set_verify_mode(boost::asio::ssl::verify_peer);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1) return fail("OpenSSL: " + openssl_error());
  const auto& file = authorities.file;
  const bool loaded = file.empty() ? SSL_CTX_set_default_verify_paths(native) == 1
                                   : SSL_CTX_load_verify_file(native, file.c_str()) == 1;
  if (loaded) return context;
  return refuse(fmt::format("cannot read certificate authorities from {}: {}",
                            file.empty() ? "the system's store" : file.string(), openssl_error()));
}

Result<crypto::PublicKey> shown_key(SSL* session) {
  const Certificate certificate(SSL_get1_peer_certificate(session));
  EVP_PKEY* key = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
  crypto::PublicKey shown;
  std::size_t size = crypto::PublicKey::kSize;
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, shown.bytes.data(), &size) != 1 || size != crypto::PublicKey::kSize) {
    ERR_clear_error();
    return refuse("the certificate carries no Ed25519 key");
  }
  return shown;
}

}  // namespace waybill::net
