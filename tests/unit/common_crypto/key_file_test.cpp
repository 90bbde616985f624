#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crypto/ed25519.h"

using namespace waybill;
using namespace waybill::crypto;
namespace fs = std::filesystem;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "waybill-crypto-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

void write_private(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
}

std::string error_of(const fs::path& file) {
  const auto loaded = KeyPair::load(file);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message.find(file.string()) != std::string::npos);
  return loaded.error().message;
}

}  // namespace

TEST_CASE("a saved key is loaded as the same key, and only its owner can read it") {
  const TemporaryFolder folder;
  const auto key = KeyPair::generate();
  REQUIRE(key.save(folder / "key.pem"));
  struct stat facts {};
  REQUIRE(::stat((folder / "key.pem").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0600);
  const auto loaded = KeyPair::load(folder / "key.pem");
  REQUIRE(loaded);
  CHECK(loaded->public_key() == key.public_key());
  CHECK(loaded->sign("order", "x") == key.sign("order", "x"));
}

TEST_CASE("a key is never overwritten") {
  const TemporaryFolder folder;
  const auto first = KeyPair::generate();
  REQUIRE(first.save(folder / "key.pem"));
  const auto again = KeyPair::generate().save(folder / "key.pem");
  REQUIRE_FALSE(again);
  CHECK(again.error().message.find("key.pem") != std::string::npos);
  CHECK(KeyPair::load(folder / "key.pem")->public_key() == first.public_key());
}

TEST_CASE("a key that cannot be saved leaves no file") {
  const TemporaryFolder folder;
  CHECK_FALSE(KeyPair::generate().save(folder / "absent" / "key.pem"));
  CHECK_FALSE(fs::exists(folder / "absent"));
}

TEST_CASE("a key file that others can use is refused, saying how to mend it") {
  const TemporaryFolder folder;
  REQUIRE(KeyPair::generate().save(folder / "key.pem"));
  for (const int mode : {0640, 0604, 0660, 0601}) {
    REQUIRE(::chmod((folder / "key.pem").c_str(), static_cast<mode_t>(mode)) == 0);
    CHECK(error_of(folder / "key.pem").find("chmod 600") != std::string::npos);
  }
  REQUIRE(::chmod((folder / "key.pem").c_str(), 0400) == 0);
  CHECK(KeyPair::load(folder / "key.pem"));
}

TEST_CASE("what is no Ed25519 key is refused, each naming the file") {
  const TemporaryFolder folder;
  CHECK(error_of(folder / "absent.pem").find("No such file") != std::string::npos);
  fs::create_directory(folder / "folder");
  fs::permissions(folder / "folder", fs::perms::owner_all);
  CHECK(error_of(folder / "folder").find("regular file") != std::string::npos);
  write_private(folder / "garbage.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  CHECK(error_of(folder / "garbage.pem").find("Ed25519") != std::string::npos);
  write_private(folder / "empty.pem", "");
  CHECK(error_of(folder / "empty.pem").find("Ed25519") != std::string::npos);
  write_private(folder / "large.pem", std::string(5000, 'A'));
  CHECK(error_of(folder / "large.pem").find("too large") != std::string::npos);
  // An X25519 key (RFC 8410's sibling algorithm): PEM of the right form, yet no signing key.
  write_private(folder / "other.pem",
                "-----BEGIN PRIVATE KEY-----\n"
                "MC4CAQAwBQYDK2VuBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
                "-----END PRIVATE KEY-----\n");
  CHECK(error_of(folder / "other.pem").find("Ed25519") != std::string::npos);
}
