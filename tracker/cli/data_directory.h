#pragma once
// A tracker's data directory: what lies where in it, and who may write to it.
#include <filesystem>
#include <optional>
#include <string>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path key() const { return path / "tracker.pem"; }        // PKCS#8, mode 0600
  std::filesystem::path settings() const { return path / "tracker.conf"; }  // settings.h
  std::filesystem::path database() const { return path / "tracker.db"; }    // unless tracker.conf says otherwise
  std::string store(const std::string& setting) const;                      // a URL as it is, a file relative to `path`
  std::filesystem::path socket() const { return path / "tracker.sock"; }    // a running tracker listens here
  std::filesystem::path lock() const { return path / "lock"; }              // held by whoever may write
};

// `given` (--data), else the environment's WAYBILL_TRACKER_DATA, else /var/lib/waybill-tracker. Refuses one that
// `waybill-tracker init` did not make.
Result<DataDirectory> find_data_directory(const std::string& given);

// A store's path or URL as people may see it: without a URL's user, password and parameters.
std::string place_to_show(const std::string& store);

// The books tell who fetched what: files that this process makes from here on are its user's alone.
void keep_files_private();

// flock on `lock`: one process at a time writes to the books. Freed by the kernel if the process dies.
class DataLock {
 public:
  // Absent: another process holds it.
  static Result<std::optional<DataLock>> try_take(const DataDirectory& directory);
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}
  int file_ = -1;
};

}  // namespace waybill::tracker
