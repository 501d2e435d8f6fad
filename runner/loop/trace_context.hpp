#pragma once

#include <string>

namespace tranche::runner {

/// The W3C trace context of one attempt, as environment variables carry it.
struct TraceContext {
  std::string parent;  ///< TRACEPARENT: a span of its own in the caller's trace, or in a new one
  bool continued = false;  ///< the caller's; else its TRACESTATE belongs to nothing and goes
};

/// Goes on with what the caller's TRACEPARENT holds (null: none). One of a later version than 00 is
/// read as far as version 00 goes, as W3C asks; one that is malformed counts as none.
TraceContext continue_trace(const char* inherited);

}  // namespace tranche::runner
