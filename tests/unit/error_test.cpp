#include "tranche/error.hpp"

#include <catch2/catch.hpp>

using tranche::Error;
using tranche::ErrorAction;
using tranche::ErrorCode;

TEST_CASE("an error says what its caller can do about it", "[unit]") {
  CHECK(Error(ErrorCode::busy, "x").action() == ErrorAction::retry);
  CHECK(Error(ErrorCode::unreachable, "x").action() == ErrorAction::reconnect);
  CHECK(Error(ErrorCode::in_doubt, "x").action() == ErrorAction::inspect);
  CHECK(Error(ErrorCode::refused, "x").action() == ErrorAction::give_up);
}
