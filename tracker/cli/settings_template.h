#pragma once

namespace waybill::tracker {

// The text of packaging/config/tracker.conf.
extern const char kSettingsTemplate[];

}  // namespace waybill::tracker
