#pragma once

#include <memory>
#include <string>

namespace tranche::adapters::openlineage {

struct Sent {
  enum class Kind {
    done,
    away,     ///< the server cannot be asked now: keep the event, and those behind it
    failed,   ///< the server failed over this event: others may pass, perhaps this one later
    refused,  ///< it will never be taken
  };
  Kind kind = Kind::done;
  std::string why;  ///< for people; never a key
};

/// Where events go.
/// Threads: one.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Sent send(const std::string& event) = 0;
};

}  // namespace tranche::adapters::openlineage
