#pragma once
// A real PostgreSQL server of a test's own: made by initdb in a temporary folder, reached through a socket in it, ended
// with this object, by its process id. The server refuses to run as root; then it runs as the user postgres.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace waybill::contract {

// A folder of one test's own, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Throws std::runtime_error where the server cannot be made or does not answer.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The database "books" with the given schema in front, which is made empty here.
  std::string url_of_fresh_schema();
  std::string url() const;  // of the database "books", schema public

  // On a thread that outlives the server: it is told to end when the thread that started it does, so that a test that
  // is killed leaves none.
  void start();
  void stop();  // as an operator would: sessions are ended
  void kill();  // -9: the server and every process of its own

  // One statement's rows, their columns joined by "|". For tests that look past the store.
  static std::vector<std::string> ask(const std::string& url, const std::string& sql);

 private:
  void wait_until_it_answers();
  TemporaryFolder folder_;
  std::filesystem::path programs_;
  pid_t process_ = -1;
  int schemas_ = 0;
};

// One for the whole test program, started at its first use.
PostgresServer& shared_postgres();

}  // namespace waybill::contract
