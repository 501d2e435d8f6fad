#pragma once

namespace tranche::runner {

/// "0.1.0"
const char* version();

}  // namespace tranche::runner
