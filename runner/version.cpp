#include "version.hpp"

namespace tranche::runner {

const char* version() {
  return TRANCHE_VERSION;
}

}  // namespace tranche::runner
