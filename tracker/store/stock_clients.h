#pragma once
// Stock BitTorrent clients: the subscribers whose keys stand in announce URLs, the v1 twins by which they have the
// content, and the web seeds (BEP 19) that these name. Only a key's SHA-256 is kept. Whoever serves keeps a copy of
// subscribers and twins: changes of these raise Registry::registry_version().
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

struct TwinHashTag {
  static constexpr const char* name = "v1 info-hash";
};
using TwinHash = ByteId<TwinHashTag, 20>;  // BEP 3: SHA-1 of the twin's info dictionary

struct Subscriber {
  std::int64_t id = 0;
  std::string name;  // what people know it by; unique among those in force
  TimeMs created{};
  std::optional<TimeMs> revoked;
  ByteString key_hash;  // SHA-256 of the key in its announce URL
  bool operator==(const Subscriber&) const = default;
};

struct Twin {
  ContentId content;
  TwinHash hash;
  bool operator==(const Twin&) const = default;
};

// Where a CDN node's plain web server has the whole file of a content.
struct WebSeed {
  ContentId content;
  std::string url;  // http or https, of the file itself
  TimeMs added{};
  bool operator==(const WebSeed&) const = default;
};

inline constexpr std::int64_t kMaxSubscribers = 100'000;  // in force
inline constexpr std::int64_t kMaxWebSeeds = 16;          // of one content

class StockClients {
 public:
  virtual ~StockClients() = default;

  // The id is assigned, and its key follows from it: `key_hash_of` is asked for its hash. Refused: a name that is in
  // force, and one more than kMaxSubscribers.
  virtual Result<Subscriber> add_subscriber(const std::string& name, TimeMs created,
                                            const std::function<ByteString(std::int64_t id)>& key_hash_of) = 0;
  virtual Result<std::vector<Subscriber>> subscribers() = 0;  // by id, all that ever were
  virtual Status revoke_subscriber(std::int64_t id, TimeMs at) = 0;

  // The same again changes nothing; another one for the same content, or one hash for two contents, is refused.
  virtual Status add_twin(const Twin& twin, ByteView torrent) = 0;
  virtual Result<std::vector<Twin>> twins() = 0;
  virtual Result<std::optional<ByteString>> twin_of(const ContentId& content) = 0;  // absent: it has none

  // Refused: a URL that some content has, because its web server's log must name one content; one more than
  // kMaxWebSeeds.
  virtual Status add_web_seed(const WebSeed& seed) = 0;
  // Refused where it has none.
  virtual Status remove_web_seed(const ContentId& content, const std::string& url) = 0;
  // Of this content, or of all. By content, then URL.
  virtual Result<std::vector<WebSeed>> web_seeds(const std::optional<ContentId>& content) = 0;
};

}  // namespace waybill::tracker
