#pragma once

#include "json/values.hpp"

#include "tranche/observer.hpp"

namespace tranche::runner {

/// An event as a program hears it (adapters/README.md): {"event":"batch_acquired",…}. A lease's
/// token is not in it: to hear of a batch is not to hold it.
Json event_json(const RunEvent& event);

/// {"kind","host","port","database","schema","table"}; kind is postgresql or sqlite.
Json place_json(const SourcePlace& place);

}  // namespace tranche::runner
