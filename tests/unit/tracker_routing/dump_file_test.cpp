#include "tracker/routing/dump_file.h"

#include <cstdlib>
#include <fstream>

#include <bzlib.h>
#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/harness/test_folder.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

std::string gzip(const std::string& plain) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string bzip2(const std::string& plain) {
  auto size = static_cast<unsigned>(plain.size() + plain.size() / 50 + 1000);
  std::string out(size, '\0');
  REQUIRE(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(plain.data()),
                                   static_cast<unsigned>(plain.size()), 9, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

Result<std::string> read_all(const std::filesystem::path& file) {
  auto stream = open_dump_file(file);
  if (!stream) return pass_on(stream);
  std::string all;
  char part[10'007];
  while (true) {
    const auto count = (*stream)->read(part, sizeof part);
    if (!count) return tl::make_unexpected(count.error());
    if (*count == 0) return all;
    all.append(part, *count);
  }
}

// Does not compress to nothing, and is longer than what is read at once.
std::string sample() {
  std::string bytes;
  std::uint32_t state = 1;
  while (bytes.size() < 1'500'000) {
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>(state >> 24);
    bytes += "....";
  }
  return bytes;
}

}  // namespace

TEST_CASE("plain, gzip and bzip2 files give the same bytes, in one part or several") {
  const tests::TestFolder folder;
  const auto plain = sample();
  for (const auto& file : {plain, gzip(plain), bzip2(plain)}) CHECK(read_all(folder.write("dump", file)) == plain);
  const auto half = plain.size() / 2;
  const auto first = plain.substr(0, half), second = plain.substr(half);
  CHECK(read_all(folder.write("dump", gzip(first) + gzip(second))) == plain);
  CHECK(read_all(folder.write("dump", bzip2(first) + bzip2("") + bzip2(second))) == plain);
  CHECK(read_all(folder.write("dump", "")) == "");
}

TEST_CASE("compressed data that is cut off or changed is refused") {
  const tests::TestFolder folder;
  const auto plain = sample().substr(0, 200'000);
  for (const auto& whole : {gzip(plain), bzip2(plain)}) {
    for (const auto length : {std::size_t{4}, whole.size() / 2, whole.size() - 1}) {
      const auto read = read_all(folder.write("dump", whole.substr(0, length)));
      REQUIRE(!read);
      CHECK(read.error().message.find("dump is cut off") == 0);
    }
    auto changed = whole;
    changed[whole.size() / 2] ^= 0x55;
    const auto read = read_all(folder.write("dump", changed));
    REQUIRE(!read);
    CHECK(read.error().kind == ErrorKind::refused);
    CHECK(!read_all(folder.write("dump", whole + "something else")));
  }
  CHECK(!open_dump_file("/nonexistent/dump"));
}
