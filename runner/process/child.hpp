#pragma once

#include "process/guard.hpp"
#include "process/spawn.hpp"

#include <sys/resource.h>
#include <sys/types.h>

namespace tranche::runner {

struct Ending {
  int status = 0;  ///< as of waitpid()
  rusage usage{};
};

/// A started command until it is reaped. Its zombie, unreaped, keeps the number of its group.
class Child {
 public:
  Child(Spawned spawned, Guard* guard) : spawned_(std::move(spawned)), guard_(guard) {}
  /// Where it was not reaped (an exception): kills the group and waits.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return spawned_.pid; }
  /// Readable once it has ended; -1 where the kernel has no such thing.
  int pidfd() const { return spawned_.pidfd.get(); }
  /// Whether it has ended; does not reap it.
  bool ended() const;
  /// Waits for its end; tells the guard first.
  Ending reap();

 private:
  Spawned spawned_;
  Guard* guard_;
  bool reaped_ = false;
};

}  // namespace tranche::runner
