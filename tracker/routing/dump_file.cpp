#include "tracker/routing/dump_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <bzlib.h>
#include <fmt/format.h>
#include <zlib.h>

namespace waybill::tracker {

namespace {

constexpr std::size_t kChunk = 256 << 10;

class PlainFile final : public ByteStream {
 public:
  PlainFile(std::FILE* file, std::string name) : file_(file), name_(std::move(name)) {}
  ~PlainFile() override { std::fclose(file_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  Result<std::size_t> read(char* into, std::size_t room) override {
    const auto count = std::fread(into, 1, room, file_);
    if (count == 0 && std::ferror(file_)) {
      return fail(fmt::format("{} cannot be read: {}", name_, std::generic_category().message(errno)));
    }
    return count;
  }
  // What it begins with; reading starts there again.
  std::string_view peek(std::array<char, 3>& magic) {
    const auto count = std::fread(magic.data(), 1, magic.size(), file_);
    std::rewind(file_);
    return {magic.data(), count};
  }
  const std::string& name() const { return name_; }

 private:
  std::FILE* file_;
  std::string name_;
};

enum class Step { more, part_ended, corrupt };

// zlib and libbz2 have the same shape of a stream.
class GzipPart {
 public:
  static constexpr const char* kName = "gzip";
  GzipPart() { start(); }
  ~GzipPart() { inflateEnd(&stream_); }
  GzipPart(const GzipPart&) = delete;
  GzipPart& operator=(const GzipPart&) = delete;
  void start_again() { inflateReset(&stream_); }
  void feed(char* bytes, std::size_t count) {
    stream_.next_in = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_in = static_cast<uInt>(count);
  }
  void give_room(char* into, std::size_t room) {
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    stream_.avail_out = static_cast<uInt>(room);
  }
  std::size_t unread() const { return stream_.avail_in; }
  std::size_t room_left() const { return stream_.avail_out; }
  Step step() {
    const int done = inflate(&stream_, Z_NO_FLUSH);
    if (done == Z_STREAM_END) return Step::part_ended;
    return done == Z_OK || done == Z_BUF_ERROR ? Step::more : Step::corrupt;
  }

 private:
  static constexpr int kGzipOnly = 15 + 16;  // the largest window, and a gzip header (zlib.h, inflateInit2)
  void start() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  z_stream stream_{};
};

class BzipPart {
 public:
  static constexpr const char* kName = "bzip2";
  BzipPart() { start(); }
  ~BzipPart() { BZ2_bzDecompressEnd(&stream_); }
  BzipPart(const BzipPart&) = delete;
  BzipPart& operator=(const BzipPart&) = delete;
  void start_again() {
    const auto before = stream_;
    BZ2_bzDecompressEnd(&stream_);
    start();
    stream_.next_in = before.next_in;
    stream_.avail_in = before.avail_in;
    stream_.next_out = before.next_out;
    stream_.avail_out = before.avail_out;
  }
  void feed(char* bytes, std::size_t count) {
    stream_.next_in = bytes;
    stream_.avail_in = static_cast<unsigned>(count);
  }
  void give_room(char* into, std::size_t room) {
    stream_.next_out = into;
    stream_.avail_out = static_cast<unsigned>(room);
  }
  std::size_t unread() const { return stream_.avail_in; }
  std::size_t room_left() const { return stream_.avail_out; }
  Step step() {
    const int done = BZ2_bzDecompress(&stream_);
    if (done == BZ_STREAM_END) return Step::part_ended;
    return done == BZ_OK ? Step::more : Step::corrupt;
  }

 private:
  void start() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }
  bz_stream stream_{};
};

template <typename Part>
class CompressedFile final : public ByteStream {
 public:
  explicit CompressedFile(std::unique_ptr<PlainFile> file) : file_(std::move(file)), in_(kChunk) {}

  Result<std::size_t> read(char* into, std::size_t room) override {
    room = std::min<std::size_t>(room, kChunk);
    part_.give_room(into, room);
    while (part_.room_left() == room) {
      if (part_.unread() == 0) {
        const auto count = file_->read(in_.data(), in_.size());
        if (!count) return count;
        if (*count == 0) return inside_part_ ? cut_off() : Result<std::size_t>(0);
        taken_ += *count;
        part_.feed(in_.data(), *count);
      }
      if (!inside_part_) part_.start_again();
      inside_part_ = true;
      const auto step = part_.step();
      if (step == Step::corrupt) return corrupt();
      if (step == Step::part_ended) inside_part_ = false;
    }
    return room - part_.room_left();
  }

 private:
  Result<std::size_t> cut_off() const {
    return refuse(fmt::format("{} is cut off: its {} data ends after {} bytes, in the middle", file_->name(),
                              Part::kName, taken_));
  }
  Result<std::size_t> corrupt() const {
    return refuse(fmt::format("{} is corrupt: its {} data cannot be decompressed near byte {}", file_->name(),
                              Part::kName, taken_ - part_.unread()));
  }

  std::unique_ptr<PlainFile> file_;
  std::vector<char> in_;
  Part part_;
  std::uint64_t taken_ = 0;  // bytes of the file that the part was given
  bool inside_part_ = true;  // an empty file is no compressed one, so at least one part is due
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_dump_file(const std::filesystem::path& file) {
  std::FILE* opened = std::fopen(file.c_str(), "rb");
  if (opened == nullptr) {
    return fail(fmt::format("{} cannot be opened: {}", file.string(), std::generic_category().message(errno)));
  }
  auto plain = std::make_unique<PlainFile>(opened, file.filename().string());
  std::array<char, 3> first{};
  const auto magic = plain->peek(first);
  if (magic.starts_with("\x1f\x8b")) return std::make_unique<CompressedFile<GzipPart>>(std::move(plain));  // RFC 1952
  if (magic == "BZh") return std::make_unique<CompressedFile<BzipPart>>(std::move(plain));
  return plain;
}

}  // namespace waybill::tracker
