#include "process/child.hpp"

#include "process/process_group.hpp"

#include <cerrno>
#include <signal.h>
#include <sys/wait.h>

namespace tranche::runner {

Child::~Child() {
  if (!reaped_) {
    signal_group(pid(), SIGKILL);
    reap();
  }
}

bool Child::ended() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid();
}

Ending Child::reap() {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid()), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  if (guard_ != nullptr) {
    guard_->forget(pid());
  }
  Ending ending;
  while (wait4(pid(), &ending.status, 0, &ending.usage) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  return ending;
}

}  // namespace tranche::runner
