#include "tests/contract/postgres_server.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/crypto/digest.h"

namespace waybill::contract {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder()
    : path_(fs::temp_directory_path() / ("waybill-books-" + to_hex(crypto::random_bytes(8)))) {
  fs::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a folder that is left behind must not hide a test's own failure
  fs::remove_all(path_, ignored);
}

namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kPause = std::chrono::milliseconds(20);

template <typename Condition>
void wait_for(const std::string& what, const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("PostgreSQL: " + what);
    std::this_thread::sleep_for(kPause);
  }
}

// Debian keeps each version's programs in a folder of their own.
fs::path find_programs() {
  for (const int version : {15, 16, 17, 18}) {
    const fs::path folder = "/usr/lib/postgresql/" + std::to_string(version) + "/bin";
    if (fs::exists(folder / "initdb")) return folder;
  }
  throw std::runtime_error("PostgreSQL is not installed: the package postgresql-15 has its server");
}

const passwd* server_user() {
  if (::geteuid() != 0) return nullptr;
  const auto* user = ::getpwnam("postgres");
  if (!user) throw std::runtime_error("PostgreSQL: there is no user postgres, and the server refuses to run as root");
  return user;
}

// In the child, between fork and exec.
void become(const passwd* user, const std::string& folder) {
  const bool become = !user || (::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0);
  if (!become || ::chdir(folder.c_str()) != 0) ::_exit(126);
  // The server must not outlive a test that is killed; after setuid, which clears it.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
}

pid_t launch(const std::vector<std::string>& words, const fs::path& folder) {
  const auto* user = server_user();
  const auto log = (folder / "log").string();
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t process = ::fork();
  if (process < 0) throw std::runtime_error("PostgreSQL: fork failed");
  if (process > 0) return process;
  become(user, folder.string());
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0 || ::dup2(file, 1) < 0 || ::dup2(file, 2) < 0) ::_exit(126);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::string text_of(const fs::path& file) {
  std::ifstream input(file);
  return {std::istreambuf_iterator<char>(input), {}};
}

// Not there, or a zombie that its new parent has not looked at.
bool is_gone(pid_t process) {
  const auto status = text_of("/proc/" + std::to_string(process) + "/stat");
  const auto end = status.rfind(')');
  return status.empty() || end == std::string::npos || status.substr(end + 2, 1) == "Z";
}

std::vector<pid_t> children_of(pid_t process) {
  const auto name = std::to_string(process);
  std::ifstream input("/proc/" + name + "/task/" + name + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; input >> child;) children.push_back(child);
  return children;
}

}  // namespace

PostgresServer::PostgresServer() : programs_(find_programs()) {
  if (const auto* user = server_user()) {
    if (::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("PostgreSQL: its folder cannot be given to the user postgres");
    }
  }
  // An order of texts other than that of their bytes: what depends on the server's order shows.
  const auto data = (folder_.path() / "data").string();
  const pid_t made = launch({(programs_ / "initdb").string(), "-D", data, "-U", "books", "-A", "trust", "-E", "UTF8",
                             "--no-sync", "--locale=C", "--locale-provider=icu", "--icu-locale=en"},
                            folder_.path());
  int status = 0;
  if (::waitpid(made, &status, 0) != made || status != 0) {
    throw std::runtime_error("PostgreSQL: initdb failed: " + text_of(folder_.path() / "log"));
  }
  start();
  ask("postgresql://books@/postgres?host=" + folder_.path().string(), "CREATE DATABASE books");
}

PostgresServer::~PostgresServer() {
  try {
    stop();
  } catch (const std::exception&) {
    kill();
  }
}

void PostgresServer::start() {
  const auto folder = folder_.path().string();
  process_ = launch({(programs_ / "postgres").string(), "-D", folder + "/data", "-k", folder, "-c",
                     "listen_addresses=", "-c", "unix_socket_permissions=0777", "-c", "max_connections=40"},
                    folder_.path());
  wait_until_it_answers();
}

void PostgresServer::wait_until_it_answers() {
  const auto url = "postgresql://books@/postgres?host=" + folder_.path().string();
  wait_for("the server does not answer", [&] {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      throw std::runtime_error("PostgreSQL: the server ended: " + text_of(folder_.path() / "log"));
    }
    return PQping(url.c_str()) == PQPING_OK;
  });
}

void PostgresServer::stop() {
  if (process_ < 0) return;
  ::kill(process_, SIGINT);  // its fast shutdown
  wait_for("the server does not end", [&] { return ::waitpid(process_, nullptr, WNOHANG) == process_; });
  process_ = -1;
}

void PostgresServer::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGSTOP);  // it starts no more of them
  const auto children = children_of(process_);
  for (const auto child : children) ::kill(child, SIGKILL);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
  for (const auto child : children) wait_for("a killed process lives", [&] { return is_gone(child); });
}

std::string PostgresServer::url() const { return "postgresql://books@/books?host=" + folder_.path().string(); }

std::string PostgresServer::url_of_fresh_schema() {
  const auto name = "books_" + std::to_string(++schemas_);
  ask(url(), "CREATE SCHEMA " + name);
  return url() + "&options=-csearch_path%3D" + name;
}

std::vector<std::string> PostgresServer::ask(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url.c_str()), PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    auto& text = rows.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      text += (column ? "|" : "") + std::string(PQgetvalue(result.get(), row, column));
    }
  }
  return rows;
}

PostgresServer& shared_postgres() {
  static PostgresServer server;
  return server;
}

}  // namespace waybill::contract
