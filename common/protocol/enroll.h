#pragma once
// Enrolling: a link that pins the tracker's key and carries a token, and the request that an agent makes with it.
#include <map>
#include <string>

#include "common/crypto/ed25519.h"
#include "common/types/content_class.h"
#include "common/types/ids.h"
#include "common/types/units.h"

namespace waybill::protocol {

enum class AgentRole { client, cdn_node };
std::string_view name_of(AgentRole role);
Result<AgentRole> parse_role(std::string_view text);

// waybill://HOST:PORT/enroll?key=<64 hex>&token=<32 hex>
struct EnrollLink {
  std::string host;  // name or address; IPv6 in brackets on the link
  std::uint16_t port = 0;
  crypto::PublicKey tracker_key;
  std::string token;  // hexadecimal

  std::string str() const;
  std::string tracker_url() const;  // https://HOST:PORT
  static Result<EnrollLink> parse(std::string_view text);
};

// POST kEnrollPath, JSON. The signature (domain kEnrollDomain) is over tracker key + token bytes + agent key.
struct EnrollRequest {
  AgentKey key;
  std::string token;
  std::string name;  // what the operator sees in lists; may be empty
  crypto::Signature proof;
};
EnrollRequest make_enroll_request(const crypto::KeyPair& agent, const EnrollLink& link, std::string name);
bool verify_enroll_request(const EnrollRequest& request, const crypto::PublicKey& tracker_key);
std::string to_json_text(const EnrollRequest& request);
Result<EnrollRequest> parse_enroll_request(std::string_view json);

// POST kPublishPath: the .torrent as body; these as headers, signed (domain kPublishDomain) over
// sha256(body) + owner + '\0' + title + '\0' + class + '\0' + decimal time.
struct PublishHeaders {
  AgentKey key;
  std::string owner;
  std::string title;
  ContentClass content_class = ContentClass::file;
  TimeMs time{};
  crypto::Signature signature;
};
inline constexpr char kPublishKeyHeader[] = "x-waybill-key";
inline constexpr char kPublishOwnerHeader[] = "x-waybill-owner";  // hexadecimal of UTF-8
inline constexpr char kPublishTitleHeader[] = "x-waybill-title";  // hexadecimal of UTF-8
inline constexpr char kPublishClassHeader[] = "x-waybill-class";  // "file" or "live"
inline constexpr char kPublishTimeHeader[] = "x-waybill-time";
inline constexpr char kPublishSignatureHeader[] = "x-waybill-signature";
PublishHeaders sign_publish(const crypto::KeyPair& agent, std::string owner, std::string title,
                            ContentClass content_class, TimeMs time, ByteView torrent);
bool verify_publish(const PublishHeaders& headers, ByteView torrent);

// POST kTwinPath + content id: the v1 torrent of the same file as body; key, time and signature as headers like a
// publication's, signed (domain kTwinDomain) over content id + sha256(body) + decimal time.
struct TwinHeaders {
  AgentKey key;
  TimeMs time{};
  crypto::Signature signature;
};
TwinHeaders sign_twin(const crypto::KeyPair& agent, const ContentId& content, TimeMs time, ByteView twin);
bool verify_twin(const TwinHeaders& headers, const ContentId& content, ByteView twin);
std::map<std::string, std::string> to_http_headers(const TwinHeaders& headers);
Result<TwinHeaders> parse_twin_headers(const std::map<std::string, std::string>& headers);

// As HTTP headers, names in lower case. Parsing refuses what is missing, mistyped or beyond the limits, and says
// nothing of the signature.
std::map<std::string, std::string> to_http_headers(const PublishHeaders& headers);
Result<PublishHeaders> parse_publish_headers(const std::map<std::string, std::string>& headers);

}  // namespace waybill::protocol
