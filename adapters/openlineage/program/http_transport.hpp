#pragma once

#include "config.hpp"
#include "transport.hpp"

namespace tranche::adapters::openlineage {

/// Posts each event over one connection that stays open.
std::unique_ptr<Transport> make_http_transport(HttpConfig config);

}  // namespace tranche::adapters::openlineage
