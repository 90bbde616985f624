#include "agent/transfer/content_file.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"
#include "common/types/file_descriptor.h"

namespace waybill::transfer {

namespace {

std::string reason() { return std::generic_category().message(errno); }

std::filesystem::path record_path(const std::filesystem::path& state_dir, const ContentId& content) {
  return state_dir / (content.hex() + ".record");
}

ByteString packed(const std::vector<bool>& pieces) {
  ByteString bits((pieces.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i]) bits[i / 8] = static_cast<char>(static_cast<unsigned char>(bits[i / 8]) | (0x80u >> (i % 8)));
  }
  return bits;
}

std::vector<bool> unpacked(ByteView bits, std::size_t count) {
  std::vector<bool> pieces(count);
  for (std::size_t i = 0; i < count; ++i) {
    pieces[i] = (static_cast<unsigned char>(bits[i / 8]) & (0x80u >> (i % 8))) != 0;
  }
  return pieces;
}

Status write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(reason());
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

constexpr std::size_t kMaxRecordBytes = protocol::kMaxPieces / 8 + 16 * 1024;

}  // namespace

Result<FileStamp> stamp_of(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return fail("cannot read " + file.string() + ": " + reason());
  if (!S_ISREG(facts.st_mode)) return fail(file.string() + " is not a regular file");
  if (::access(file.c_str(), R_OK) != 0) return fail("cannot read " + file.string() + ": " + reason());
  return FileStamp{facts.st_size, facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

Result<FileReader> FileReader::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail("cannot read " + file.string() + ": " + reason());
  return FileReader(descriptor, file);
}

FileReader::FileReader(FileReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)) {}

FileReader::~FileReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status FileReader::read(std::int64_t offset, std::int64_t length, ByteString& into) {
  into.resize(static_cast<std::size_t>(length));
  std::size_t have = 0;
  while (have < into.size()) {
    const auto got =
        ::pread(descriptor_, into.data() + have, into.size() - have, offset + static_cast<std::int64_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("cannot read " + file_.string() + ": " + reason());
    if (got == 0) return fail(file_.string() + " became shorter while it was read");
    have += static_cast<std::size_t>(got);
  }
  return {};
}

std::optional<FileRecord> read_record(const std::filesystem::path& state_dir, const ContentId& content) {
  std::ifstream stream(record_path(state_dir, content), std::ios::binary);
  if (!stream) return std::nullopt;
  ByteString bytes{std::istreambuf_iterator<char>(stream), {}};
  const auto value = protocol::decode(bytes, kMaxRecordBytes);
  if (!value) return std::nullopt;
  protocol::FieldReader fields(*value, "a file record");
  FileRecord record;
  record.file = fields.bytes("file", 4096);
  record.stamp.modified_ns = fields.integer("modified", INT64_MIN, INT64_MAX);
  record.stamp.size = fields.integer("size", 0, protocol::kMaxContentBytes);
  const auto count = static_cast<std::size_t>(fields.integer("pieces", 0, protocol::kMaxPieces));
  const auto bits = fields.bytes("have", protocol::kMaxPieces / 8);
  if (!fields.finish() || bits.size() != (count + 7) / 8) return std::nullopt;
  record.pieces = unpacked(bits, count);
  return record;
}

Status write_record(const std::filesystem::path& state_dir, const ContentId& content, const FileRecord& record) {
  const auto bytes = protocol::encode(protocol::Dictionary{{"file", record.file.string()},
                                                           {"have", packed(record.pieces)},
                                                           {"modified", record.stamp.modified_ns},
                                                           {"pieces", static_cast<std::int64_t>(record.pieces.size())},
                                                           {"size", record.stamp.size}});
  const auto path = record_path(state_dir, content);
  auto temporary = path;
  temporary += ".new";
  {
    const FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) return fail("cannot write " + temporary.string() + ": " + reason());
    auto written = write_all(file.get(), bytes);
    if (written && ::fsync(file.get()) != 0) written = fail(reason());
    if (!written) return pass_on(written.error(), "cannot write " + temporary.string());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail("cannot write " + path.string() + ": " + reason());
  const FileDescriptor folder(::open(state_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return fail("cannot flush " + state_dir.string());
  return {};
}

void drop_record(const std::filesystem::path& state_dir, const ContentId& content) {
  std::error_code absent_is_fine;
  std::filesystem::remove(record_path(state_dir, content), absent_is_fine);
}

Status flush_file(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail("cannot read " + path.string() + ": " + reason());
  if (::fdatasync(file.get()) != 0) return fail("cannot flush " + path.string() + ": " + reason());
  return {};
}

}  // namespace waybill::transfer
