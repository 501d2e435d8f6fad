#pragma once

#include "loop/live_inventory.hpp"
#include "process/file_descriptor.hpp"

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tranche::runner {

/// Wakes the workers of a run that wait for more, once the database tells of something. Nobody
/// relies on it: where nobody tells, or the connection is lost, they ask as often as they would
/// anyway; a lost connection is opened again.
class NewsWatch {
 public:
  NewsWatch(InventoryOpener open, std::string job, int workers);
  ~NewsWatch();
  NewsWatch(const NewsWatch&) = delete;
  NewsWatch& operator=(const NewsWatch&) = delete;

  /// Of one worker: readable since there was news, until it clears the event. Listening begins
  /// with the first call.
  int fd(int worker);

 private:
  void live();
  /// Null: nobody tells. Errors: unreachable; those of Inventory::listen.
  std::unique_ptr<News> listen();
  /// Until the end of the run. Errors: unreachable.
  void hear(News& news);
  bool closing(Duration pause) const;
  void wake_all() const;

  InventoryOpener open_;
  const std::string job_;
  std::vector<FileDescriptor> events_;
  const FileDescriptor closing_ = make_event();
  std::once_flag started_;
  std::thread thread_;
};

}  // namespace tranche::runner
