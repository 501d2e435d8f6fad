#include "loop/news_watch.hpp"

#include "log.hpp"
#include "process/apart.hpp"

#include <poll.h>

namespace tranche::runner {
namespace {

constexpr Duration kFirstPause = std::chrono::seconds(1);
// At the end of the run, for what is under way.
constexpr Duration kMoment = std::chrono::milliseconds(200);
constexpr Duration kLongestPause = std::chrono::minutes(1);

}  // namespace

NewsWatch::NewsWatch(InventoryOpener open, std::string job, int workers)
    : open_(std::move(open)), job_(std::move(job)) {
  for (int worker = 0; worker < workers; ++worker) {
    events_.push_back(make_event());
  }
}

NewsWatch::~NewsWatch() {
  raise_event(closing_.get());
  if (thread_.joinable()) {
    thread_.join();
  }
}

int NewsWatch::fd(int worker) {
  std::call_once(started_, [this] { thread_ = std::thread([this] { live(); }); });
  return events_[static_cast<std::size_t>(worker)].get();
}

void NewsWatch::live() {
  Duration pause = kFirstPause;
  while (!closing(Duration::zero())) {
    try {
      const auto news = listen();
      if (!news) {
        return;
      }
      pause = kFirstPause;
      // What happened until now nobody has heard.
      wake_all();
      hear(*news);
    } catch (const std::exception& error) {
      log::debug("nothing is told of new work, so it is looked for: " + std::string(error.what()));
    }
    if (closing(pause)) {
      return;
    }
    pause = std::min(pause * 2, kLongestPause);
  }
}

std::unique_ptr<News> NewsWatch::listen() {
  Apart<std::unique_ptr<News>> listening([open = open_, job = job_] { return open().listen(job); });
  if (!wait_for_any({listening.done_fd()}, Duration::zero())) {
    wait_for_any({listening.done_fd(), closing_.get()});
    wait_for_any({listening.done_fd()}, kMoment);
  }
  return listening.is_done() ? listening.take() : nullptr;
}

void NewsWatch::hear(News& news) {
  std::vector<pollfd> entries{{closing_.get(), POLLIN, 0}};
  for (const int fd : news.fds()) {
    entries.push_back({fd, POLLIN, 0});
  }
  while (::poll(entries.data(), entries.size(), -1) < 0 || entries.front().revents == 0) {
    if (news.take()) {
      wake_all();
    }
  }
}

bool NewsWatch::closing(Duration pause) const {
  return wait_for_any({closing_.get()}, pause);
}

void NewsWatch::wake_all() const {
  for (const FileDescriptor& event : events_) {
    raise_event(event.get());
  }
}

}  // namespace tranche::runner
