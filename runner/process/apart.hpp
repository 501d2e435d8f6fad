#pragma once

#include "process/file_descriptor.hpp"

#include "tranche/units.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace tranche::runner {

/// Until one of the descriptors is readable; false: the time was over before.
bool wait_for_any(std::initializer_list<int> descriptors, std::optional<Duration> most = {});

void note_left_thread();
/// Then the program ends by _Exit: a thread may be using what a normal end tears down.
bool threads_are_left();

/// A call that may never return, on a thread of its own: libpq waits for a server's answer, and
/// nothing wakes it. Whoever does not want to wait any longer leaves the thread behind; `work` must
/// own all that it touches.
template <typename Made>
class Apart {
 public:
  explicit Apart(std::function<Made()> work) : shared_(std::make_shared<Shared>()) {
    thread_ = std::thread([shared = shared_, work = std::move(work)] {
      try {
        shared->made.emplace(work());
      } catch (...) {
        shared->failed = std::current_exception();
      }
      shared->is_done = true;
      shared->is_done.notify_all();
      raise_event(shared->done.get());
    });
  }
  ~Apart() {
    if (shared_->is_done) {
      thread_.join();
    } else {
      note_left_thread();
      thread_.detach();
    }
  }
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;

  /// Readable once take() need not wait.
  int done_fd() const { return shared_->done.get(); }
  bool is_done() const { return shared_->is_done; }
  /// Once. Errors: those of the work.
  Made take() {
    // By the flag: a descriptor says nothing of what another thread wrote.
    shared_->is_done.wait(false);
    if (shared_->failed) {
      std::rethrow_exception(shared_->failed);
    }
    return std::move(*shared_->made);
  }

 private:
  struct Shared {
    FileDescriptor done = make_event();
    std::atomic<bool> is_done{false};
    std::optional<Made> made;
    std::exception_ptr failed;
  };
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace tranche::runner
