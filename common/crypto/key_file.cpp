// Where a KeyPair rests on disk: PKCS#8 in PEM, which `openssl pkey` reads too.
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crypto/ed25519.h"
#include "common/crypto/openssl_detail.h"
#include "common/types/file_descriptor.h"

namespace waybill::crypto {

namespace {

constexpr std::size_t kLargestKeyFile = 4096;  // bytes; an Ed25519 key takes 119

tl::unexpected<Error> system_failure(std::string_view what, const std::filesystem::path& file) {
  const int code = errno;
  return fail(fmt::format("cannot {} the key file {}: {}", what, file.string(), std::strerror(code)));
}

Result<ByteString> read_private_file(const std::filesystem::path& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return system_failure("open", file);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return system_failure("examine", file);
  if (!S_ISREG(facts.st_mode)) return refuse(fmt::format("the key file {} is not a regular file", file.string()));
  if ((facts.st_mode & 077) != 0) {
    return refuse(fmt::format("the key file {} can be used by others (mode {:04o}): run chmod 600 on it", file.string(),
                              facts.st_mode & 07777));
  }
  ByteString bytes(kLargestKeyFile + 1, '\0');
  const auto size = ::read(fd.get(), bytes.data(), bytes.size());
  if (size < 0) return system_failure("read", file);
  if (static_cast<std::size_t>(size) > kLargestKeyFile) {
    return refuse(fmt::format("the key file {} is too large to be one", file.string()));
  }
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

// Without a pass phrase: a daemon has nobody to ask. OpenSSL would prompt on the terminal otherwise.
int no_pass_phrase(char*, int, int, void*) { return -1; }

Status write_all(int fd, ByteView bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("write", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return system_failure("write", file);
  return {};
}

// The file's name must survive a crash as well as its bytes.
Status sync_folder_of(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return system_failure("record", file);
  return {};
}

}  // namespace

Result<KeyPair> KeyPair::load(const std::filesystem::path& file) {
  auto pem = read_private_file(file);
  if (!pem) return pass_on(pem);
  const OpensslPtr<BIO> bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  EVP_PKEY* key = bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr) : nullptr;
  OPENSSL_cleanse(pem->data(), pem->size());
  ERR_clear_error();
  OpensslPtr<EVP_PKEY> owned(key);
  if (!owned || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    return refuse(fmt::format("the key file {} holds no unencrypted Ed25519 private key (PEM)", file.string()));
  }
  return KeyPair(owned.release());
}

Status KeyPair::save(const std::filesystem::path& file) const {
  const OpensslPtr<BIO> bio(BIO_new(BIO_s_secmem()));
  auto* key = static_cast<EVP_PKEY*>(key_.get());
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail("cannot encode a private key: " + take_openssl_error());
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.get() < 0) return system_failure("create", file);
  auto written = write_all(fd.get(), {text, static_cast<std::size_t>(size)}, file);
  if (written) written = sync_folder_of(file);
  if (!written) ::unlink(file.c_str());  // half a key is worse than none
  return written;
}

}  // namespace waybill::crypto
