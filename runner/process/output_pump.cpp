#include "process/output_pump.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr int kChunksAStep = 16;

}  // namespace

OutputPump::OutputPump(FileDescriptor source,
                       Sink& sink,
                       FileDescriptor log,
                       const std::string& prefix)
    : source_(std::move(source)), sink_(sink), log_(std::move(log)), buffer_(kChunk) {
  set_nonblocking(source_.get());
  if (!prefix.empty()) {
    prefixer_.emplace(prefix);
  }
}

pollfd OutputPump::interest() const {
  if (!pending_.empty()) {
    return {sink_.fd(), POLLOUT, 0};
  }
  return {source_.get(), POLLIN, 0};
}

void OutputPump::step() {
  for (int chunk = 0; chunk < kChunksAStep; ++chunk) {
    if (!pending_.empty()) {
      written_ +=
          sink_.write(this, std::string_view(pending_).substr(written_), prefixer_.has_value());
      if (written_ < pending_.size()) {
        return;
      }
      pending_.clear();
      written_ = 0;
    }
    if (!source_ || !read_some()) {
      return;
    }
  }
}

/// False where nothing is there now.
bool OutputPump::read_some() {
  const std::size_t wanted = std::min(buffer_.size(), remaining_.value_or(buffer_.size()));
  const ssize_t size = wanted == 0 ? 0 : ::read(source_.get(), buffer_.data(), wanted);
  if (size < 0) {
    return errno == EINTR;
  }
  if (size == 0) {
    close_source();
    return true;
  }
  const std::string_view data(buffer_.data(), static_cast<std::size_t>(size));
  if (remaining_) {
    *remaining_ -= data.size();
  }
  keep_tail(data);
  write_log(data);
  if (viewer_) {
    viewer_(data);
  }
  if (prefixer_) {
    prefixer_->feed(data, pending_);
  } else {
    pending_.assign(data);
  }
  return true;
}

void OutputPump::close_source() {
  source_.reset();
  if (prefixer_) {
    prefixer_->finish(pending_);
  }
}

void OutputPump::end_with_what_is_there() {
  int size = 0;
  if (source_ && ioctl(source_.get(), FIONREAD, &size) == 0) {
    remaining_ = static_cast<std::size_t>(size);
  }
}

void OutputPump::write_log(std::string_view data) {
  while (log_ && !data.empty()) {
    const ssize_t written = ::write(log_.get(), data.data(), data.size());
    if (written >= 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      log_errno_ = errno;
      log_.reset();
    }
  }
}

void OutputPump::keep_tail(std::string_view data) {
  if (data.size() > kTailSize) {
    data.remove_prefix(data.size() - kTailSize);
  }
  tail_.append(data);
  // Trimmed now and then only, so that small writes cost no copy of the whole tail.
  if (tail_.size() > 4 * kTailSize) {
    tail_.erase(0, tail_.size() - kTailSize);
  }
}

std::string OutputPump::tail() const {
  return tail_.size() > kTailSize ? tail_.substr(tail_.size() - kTailSize) : tail_;
}

}  // namespace tranche::runner
