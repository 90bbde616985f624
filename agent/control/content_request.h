#pragma once
// From what a person types to a content of the enrolled tracker: a content id, the tracker's content URL, or an owner's
// page that redirects there (patent FIG. 3A, 350 and 352).
#include <functional>
#include <string>
#include <variant>

#include "agent/control/enrollment.h"
#include "common/net/http.h"
#include "common/net/tls_identity.h"
#include "common/runtime/event_loop.h"

namespace waybill::control {

inline constexpr int kMaxRedirects = 5;

// The content that `url` names at the enrolled tracker; nothing where it is no content URL of that tracker. Refuses
// another host's content URL by that host's name.
Result<std::optional<ContentId>> content_of(const net::Url& url, const Enrollment& enrollment);

// What to do with text from a person or with an answer of a page.
struct Follow {
  net::Url url;  // http or https
};
using RequestStep = std::variant<ContentId, Follow>;
Result<RequestStep> first_step(const std::string& text, const Enrollment& enrollment);
// `redirects`: followed so far, this answer's included.
Result<RequestStep> next_step(const net::Url& asked, const net::HttpResponse& answer, int redirects,
                              const Enrollment& enrollment);

// How pages are reached.
struct PageAccess {
  std::optional<IpAddress> bind;    // connect from this address
  net::TlsAuthorities authorities;  // who vouch for https pages
};

// Follows at most kMaxRedirects; `done` runs once, later, on the loop.
void resolve_content(runtime::EventLoop& loop, const std::string& text, const Enrollment& enrollment,
                     const PageAccess& pages, std::function<void(Result<ContentId>)> done);

}  // namespace waybill::control
