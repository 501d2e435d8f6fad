#pragma once

#include "tranche/units.hpp"

#include <chrono>
#include <cstdint>

namespace tranche::sql::postgres {

/// Breaks a connection whose server does not answer: libpq itself waits without end, and nothing
/// wakes it. While one lives, a thread of the process sees to it that the socket is shut down once
/// the time is over; whoever waits then finds the connection broken.
/// Threads: any.
class Deadline {
 public:
  /// `socket` must stay open meanwhile. `most` zero: as long as it takes.
  Deadline(int socket, Duration most);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// From now on none lasts longer than that, those that live already included.
  static void hurry(Duration most);

 private:
  std::uint64_t id_;
};

}  // namespace tranche::sql::postgres
