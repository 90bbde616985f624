#include "tests/unit/common_net/authority_site.h"

#include <cstdio>
#include <memory>

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waybill::net {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

constexpr long kDay = 24 * 3600;
constexpr int kPatienceMs = 20'000;  // for a client that connects and then says nothing

Key new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  REQUIRE(extension != nullptr);
  REQUIRE(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Without an issuer: self-signed. Valid from two days ago, for ten, or up to yesterday.
Certificate certify(const Key& key, const char* name, const Certificate& issuer, const Key& signer, int extension,
                    const std::string& value, bool expired) {
  Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), issuer ? 2 : 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), expired ? -kDay : 10 * kDay);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* by = issuer ? issuer.get() : made.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(by));
  X509_set_pubkey(made.get(), key.get());
  extend(made.get(), by, extension, value);
  REQUIRE(X509_sign(made.get(), signer.get(), EVP_sha256()) > 0);
  return made;
}

void write_pem(const std::filesystem::path& file, X509* certificate) {
  FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  REQUIRE(PEM_write_X509(out, certificate) == 1);
  REQUIRE(std::fclose(out) == 0);
}

int listen_on_loopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(fd, 5) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

AuthoritySite::AuthoritySite(const std::filesystem::path& folder, AuthoritySiteOptions options)
    : options_(std::move(options)), authority_(folder / "ca.pem") {
  const auto authority_key = new_key();
  const auto authority = certify(authority_key, "An authority of a test", nullptr, authority_key, NID_basic_constraints,
                                 "critical,CA:TRUE", false);
  const auto key = new_key();
  const auto certificate =
      certify(key, "A page", authority, authority_key, NID_subject_alt_name, options_.subject, options_.expired);
  write_pem(authority_, authority.get());
  auto* context = SSL_CTX_new(TLS_server_method());
  context_ = std::shared_ptr<void>(context, [](void* made) { SSL_CTX_free(static_cast<SSL_CTX*>(made)); });
  REQUIRE(SSL_CTX_use_certificate(context, certificate.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
  listener_ = listen_on_loopback(port_);
  thread_ = std::thread([this] { serve(); });
}

AuthoritySite::~AuthoritySite() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  ::close(listener_);
}

void AuthoritySite::serve() {
  while (!ending_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const timeval patience{kPatienceMs / 1000, 0};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    converse(client);
    ::close(client);
  }
}

void AuthoritySite::converse(int client) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(static_cast<SSL_CTX*>(context_.get())), SSL_free);
  SSL_set_fd(session.get(), client);
  if (SSL_accept(session.get()) != 1) return;  // the client did not like the certificate
  std::string request;
  char piece[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const int size = SSL_read(session.get(), piece, sizeof piece);
    if (size <= 0) return;
    request.append(piece, static_cast<std::size_t>(size));
  }
  ++requests_;
  SSL_write(session.get(), options_.answer.data(), static_cast<int>(options_.answer.size()));
  SSL_shutdown(session.get());
}

}  // namespace waybill::net
