#pragma once

namespace waybill::tracker {

// The text of packaging/openapi/waybill.yaml.
extern const char kOpenApiText[];

}  // namespace waybill::tracker
