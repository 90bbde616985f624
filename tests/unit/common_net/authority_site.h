#pragma once
// An HTTPS server with a certificate that an authority of the test's own signed, as owners' pages have one.
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace waybill::net {

struct AuthoritySiteOptions {
  std::string subject = "IP:127.0.0.1";  // the certificate's subjectAltName, as OpenSSL's configuration writes it
  bool expired = false;
  std::string answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
};

// Listens on a free port of 127.0.0.1, on a thread of its own, and gives the same answer to every request.
class AuthoritySite {
 public:
  // `folder` gets ca.pem, the authority's certificate.
  AuthoritySite(const std::filesystem::path& folder, AuthoritySiteOptions options);
  ~AuthoritySite();
  AuthoritySite(const AuthoritySite&) = delete;
  AuthoritySite& operator=(const AuthoritySite&) = delete;

  std::uint16_t port() const { return port_; }
  const std::filesystem::path& authority() const { return authority_; }
  int requests() const { return requests_; }  // that came through TLS

 private:
  void serve();
  void converse(int client);

  AuthoritySiteOptions options_;
  std::filesystem::path authority_;
  std::shared_ptr<void> context_;  // SSL_CTX
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace waybill::net
