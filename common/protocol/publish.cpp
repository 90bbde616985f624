// The signed headers of a publication (declared in enroll.h).
#include <charconv>

#include "common/crypto/digest.h"
#include "common/protocol/domains.h"
#include "common/protocol/enroll.h"
#include "common/protocol/limits.h"
#include "common/protocol/utf8.h"

namespace waybill::protocol {

namespace {

ByteString signed_payload(const PublishHeaders& headers, ByteView torrent) {
  auto payload = crypto::sha256(torrent);
  payload.append(headers.owner).push_back('\0');
  payload.append(headers.title).push_back('\0');
  payload.append(name_of(headers.content_class)).push_back('\0');
  return payload.append(std::to_string(headers.time.value));
}

// A NUL inside a name would blur where it ends under the signature; printable text has none.
bool is_name(std::string_view text) { return text.size() <= kMaxNameBytes && is_printable_utf8(text); }

using HttpHeaders = std::map<std::string, std::string>;

Result<std::string> header(const HttpHeaders& headers, const char* name) {
  const auto found = headers.find(name);
  if (found == headers.end()) return refuse(std::string("the publication lacks the header ") + name);
  return found->second;
}

Result<std::string> name_header(const HttpHeaders& headers, const char* name) {
  auto text = header(headers, name).and_then([](const std::string& hex) { return from_hex(hex); });
  if (!text) return pass_on(text.error(), name);
  if (!is_name(*text)) {
    return refuse(std::string(name) + " is not at most " + std::to_string(kMaxNameBytes) +
                  " bytes of printable UTF-8, in hexadecimal");
  }
  return text;
}

Result<TimeMs> parse_time(const std::string& text) {
  TimeMs time;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time.value);
  if (error != std::errc{} || end != text.data() + text.size() || time.value < 0 || time.value > kMaxTimeMs) {
    return refuse("the publication's time is not a number of milliseconds since 1970");
  }
  return time;
}

}  // namespace

PublishHeaders sign_publish(const crypto::KeyPair& agent, std::string owner, std::string title,
                            ContentClass content_class, TimeMs time, ByteView torrent) {
  PublishHeaders headers{agent.public_key(), std::move(owner), std::move(title), content_class, time, {}};
  headers.signature = agent.sign(kPublishDomain, signed_payload(headers, torrent));
  return headers;
}

bool verify_publish(const PublishHeaders& headers, ByteView torrent) {
  return is_name(headers.owner) && is_name(headers.title) &&
         crypto::verify(headers.key, kPublishDomain, signed_payload(headers, torrent), headers.signature);
}

HttpHeaders to_http_headers(const PublishHeaders& headers) {
  return {{kPublishKeyHeader, headers.key.hex()},
          {kPublishOwnerHeader, to_hex(headers.owner)},
          {kPublishTitleHeader, to_hex(headers.title)},
          {kPublishClassHeader, name_of(headers.content_class)},
          {kPublishTimeHeader, std::to_string(headers.time.value)},
          {kPublishSignatureHeader, headers.signature.hex()}};
}

Result<PublishHeaders> parse_publish_headers(const HttpHeaders& headers) {
  auto key = header(headers, kPublishKeyHeader).and_then(AgentKey::from_hex);
  if (!key) return pass_on(key);
  auto owner = name_header(headers, kPublishOwnerHeader);
  if (!owner) return pass_on(owner);
  auto title = name_header(headers, kPublishTitleHeader);
  if (!title) return pass_on(title);
  auto content_class =
      header(headers, kPublishClassHeader).and_then([](const std::string& text) { return parse_content_class(text); });
  if (!content_class) return pass_on(content_class);
  auto time = header(headers, kPublishTimeHeader).and_then(parse_time);
  if (!time) return pass_on(time);
  auto signature = header(headers, kPublishSignatureHeader).and_then(crypto::Signature::from_hex);
  if (!signature) return pass_on(signature);
  return PublishHeaders{*key, *std::move(owner), *std::move(title), *content_class, *time, *signature};
}

namespace {

ByteString signed_twin(const ContentId& content, TimeMs time, ByteView twin) {
  return content.str() + crypto::sha256(twin) + std::to_string(time.value);
}

}  // namespace

TwinHeaders sign_twin(const crypto::KeyPair& agent, const ContentId& content, TimeMs time, ByteView twin) {
  return {agent.public_key(), time, agent.sign(kTwinDomain, signed_twin(content, time, twin))};
}

bool verify_twin(const TwinHeaders& headers, const ContentId& content, ByteView twin) {
  return crypto::verify(headers.key, kTwinDomain, signed_twin(content, headers.time, twin), headers.signature);
}

HttpHeaders to_http_headers(const TwinHeaders& headers) {
  return {{kPublishKeyHeader, headers.key.hex()},
          {kPublishTimeHeader, std::to_string(headers.time.value)},
          {kPublishSignatureHeader, headers.signature.hex()}};
}

Result<TwinHeaders> parse_twin_headers(const HttpHeaders& headers) {
  auto key = header(headers, kPublishKeyHeader).and_then(AgentKey::from_hex);
  if (!key) return pass_on(key);
  auto time = header(headers, kPublishTimeHeader).and_then(parse_time);
  if (!time) return pass_on(time);
  auto signature = header(headers, kPublishSignatureHeader).and_then(crypto::Signature::from_hex);
  if (!signature) return pass_on(signature);
  return TwinHeaders{*key, *time, *signature};
}

}  // namespace waybill::protocol
