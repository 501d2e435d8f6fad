#include "tranche/error.hpp"

namespace tranche {

ErrorAction Error::action() const noexcept {
  switch (code_) {
    case ErrorCode::busy:
      return ErrorAction::retry;
    case ErrorCode::unreachable:
      return ErrorAction::reconnect;
    case ErrorCode::in_doubt:
      return ErrorAction::inspect;
    default:
      return ErrorAction::give_up;
  }
}

}  // namespace tranche
