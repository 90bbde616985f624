// curl and aria2c, fetching over HTTP from nginx. Debian's packages; whoever is absent does not take part.
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/transfer_contestants.h"

extern char** environ;

namespace waybill::bench {

namespace {

std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/local/sbin/", "/usr/sbin/", "/usr/local/bin/", "/usr/bin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return {};
}

int start(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int failed = ::posix_spawn(&process, words[0].c_str(), nullptr, nullptr, arguments.data(), environ);
  return failed == 0 ? process : 0;
}

int finish(int process) {
  int status = 0;
  if (process <= 0 || ::waitpid(process, &status, 0) != process) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  const bool bound = ::bind(probe, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(probe);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

bool answers(std::uint16_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const bool connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return connected;
}

class HttpProgram final : public Contestant {
 public:
  HttpProgram(std::string program, const Sample& sample, std::uint16_t port)
      : program_(std::move(program)), path_(find_program(program_)), sample_(sample), port_(port) {}

  std::string name() const override { return program_ + " from nginx"; }
  std::string absent() const override {
    if (port_ == 0) return "nginx is not installed";
    return path_.empty() ? program_ + " is not installed" : std::string();
  }
  Run run(const std::filesystem::path& folder) override {
    const auto url = "http://127.0.0.1:" + std::to_string(port_) + "/" + sample_.file.filename().string();
    const auto target = folder / "fetched";
    const std::vector<std::string> curl{path_, "--silent", "--fail", "--output", target.string(), url};
    const std::vector<std::string> aria2{
        path_, "--quiet", "--no-conf", "--file-allocation=none", "--dir", folder.string(), "--out", "fetched", url};
    const auto began = std::chrono::steady_clock::now();
    const int status = finish(start(program_ == "curl" ? curl : aria2));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (status != 0) return {std::nullopt, program_ + " ended with status " + std::to_string(status)};
    std::error_code unreadable;
    if (std::filesystem::file_size(target, unreadable) != static_cast<std::uintmax_t>(sample_.size)) {
      return {std::nullopt, program_ + " fetched another size"};
    }
    return {took.count(), {}};
  }

 private:
  const std::string program_;
  const std::string path_;
  const Sample sample_;
  const std::uint16_t port_;
};

}  // namespace

Nginx::Nginx(const std::filesystem::path& served, const std::filesystem::path& folder) {
  const auto program = find_program("nginx");
  if (program.empty()) return;
  port_ = free_port();
  const auto config = folder / "nginx.conf";
  std::ofstream out(config);
  out << "daemon off; master_process off; worker_processes 1; pid " << (folder / "nginx.pid").string() << ";\n"
      << "error_log " << (folder / "nginx.log").string() << ";\nevents { worker_connections 64; }\n"
      << "http { access_log off; sendfile on; tcp_nopush on;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    out << kind << "_temp_path " << (folder / kind).string() << ";\n";
  }
  out << "server { listen 127.0.0.1:" << port_ << "; root " << served.string() << "; } }\n";
  out.close();
  process_ = start({program, "-c", config.string(), "-e", (folder / "nginx.log").string()});
  for (int i = 0; i < 500 && !answers(port_); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (!answers(port_)) port_ = 0;
}

Nginx::~Nginx() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  finish(process_);
}

std::unique_ptr<Contestant> make_curl(const Sample& sample, std::uint16_t nginx_port) {
  return std::make_unique<HttpProgram>("curl", sample, nginx_port);
}

std::unique_ptr<Contestant> make_aria2(const Sample& sample, std::uint16_t nginx_port) {
  return std::make_unique<HttpProgram>("aria2c", sample, nginx_port);
}

}  // namespace waybill::bench
