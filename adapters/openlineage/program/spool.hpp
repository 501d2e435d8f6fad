#pragma once

#include "tranche/adapter.hpp"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tranche::adapters::openlineage {

/// Events that wait for their server, a file each, in the order of their names: of all runs that
/// share the folder. Bounded: the oldest go first.
/// Threads: any; processes: any.
class Spool {
 public:
  static constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20U;

  /// Makes the folder, of mode 0700. Errors: tranche::Error naming it.
  explicit Spool(std::filesystem::path folder, std::uintmax_t most_bytes = kMostBytes);

  /// Errors: tranche::Error naming the folder.
  void put(const std::string& event);
  /// Names, the oldest first.
  std::vector<std::string> waiting() const;
  /// Empty: another has taken it away.
  std::optional<std::string> read(const std::string& name) const;
  void remove(const std::string& name) const;
  /// Events given up for want of room since the start.
  std::int64_t dropped() const { return dropped_; }
  const std::filesystem::path& folder() const { return folder_; }

  /// One process at a time sends what is here, so that it goes in order and once.
  class Turn {
   public:
    explicit Turn(const Spool& spool);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool ours() const { return ours_; }

   private:
    int file_;
    bool ours_;
  };

 private:
  std::string next_name();
  void make_room();

  const std::filesystem::path folder_;
  const std::uintmax_t most_bytes_;
  std::mutex mutex_;
  std::int64_t last_time_ = 0;
  std::uintmax_t grown_;  ///< since room was made
  std::int64_t dropped_ = 0;
};

/// The folder for events to `url`: $TRANCHE_STATE_DIR, else $XDG_STATE_HOME/tranche, else
/// ~/.local/state/tranche; in it openlineage/ and a digest, so that no event goes to another server
/// and no password is in a name. Empty: none of these is set.
std::filesystem::path spool_folder(const Environment& environment, const std::string& url);

}  // namespace tranche::adapters::openlineage
