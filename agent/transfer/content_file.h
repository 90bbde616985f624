#pragma once
// Files of content, and what is remembered of them between two lives of the agent.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"

namespace waybill::transfer {

// Tells whether somebody touched a file since it was last checked.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;  // POSIX mtime
  bool operator==(const FileStamp&) const = default;
};
// Fails, naming the file and why, where it is missing, no regular file or unreadable for us.
Result<FileStamp> stamp_of(const std::filesystem::path& file);

class FileReader {
 public:
  static Result<FileReader> open(const std::filesystem::path& file);
  FileReader(FileReader&& other) noexcept;
  FileReader& operator=(FileReader&&) = delete;
  ~FileReader();
  // Exactly `length` bytes; fails at an early end.
  Status read(std::int64_t offset, std::int64_t length, ByteString& into);

 private:
  FileReader(int descriptor, std::filesystem::path file) : descriptor_(descriptor), file_(std::move(file)) {}
  int descriptor_;
  std::filesystem::path file_;
};

// What the engine knew of a content's file when it last let go of it in good order. Valid only while the file has the
// same stamp; a killed engine leaves none for a file in part, which is then hashed again.
struct FileRecord {
  std::filesystem::path file;
  FileStamp stamp;
  std::vector<bool> pieces;  // hash-checked
};
// Absent, unreadable and malformed records are all the same: nothing is known.
std::optional<FileRecord> read_record(const std::filesystem::path& state_dir, const ContentId& content);
// Replaces the record in one step; a crash leaves the old or the new one.
Status write_record(const std::filesystem::path& state_dir, const ContentId& content, const FileRecord& record);
void drop_record(const std::filesystem::path& state_dir, const ContentId& content);

// Flushes the file's data to the disk, so that a record written afterwards is true after a power cut as well. Blocks.
Status flush_file(const std::filesystem::path& file);

}  // namespace waybill::transfer
