#pragma once
#include <string>

#include <doctest/doctest.h>

#include "common/types/result.h"

namespace waybill::contract {

// The refusal's text holds `part`, and nothing changed.
template <typename Engine, typename Outcome>
void check_refused(const Engine& engine, const std::string& before, const Outcome& outcome, const std::string& part) {
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::refused);
  CHECK_MESSAGE(outcome.error().message.find(part) != std::string::npos, outcome.error().message);
  CHECK(engine.dump() == before);
}

}  // namespace waybill::contract
