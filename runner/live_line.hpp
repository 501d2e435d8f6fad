#pragma once

#include <cstddef>
#include <string>

/// One line at the bottom of the terminal that is written over again and again. Whoever writes
/// anything else to that terminal does so within a Pause, which takes the line away first; it comes
/// back behind that. Never waits for a terminal that stands still (Ctrl-S).
/// Threads: all functions from any thread; begin and end while no other writes.
namespace tranche::runner::live_line {

/// On the terminal behind `fd`; false: it is none, or cannot be opened once more.
bool begin(int fd);
/// Takes the line away for good.
void end();

/// Shows `text`, one line that fits the terminal, from now on; not while somebody writes, the last
/// one has left an unfinished line, or another process group is in the foreground.
void show(const std::string& text);

/// While it lives, the line stays away. Costs nothing where there is no line.
class Pause {
 public:
  /// `fd`: where the caller is going to write; another terminal, or none, is no concern of ours.
  explicit Pause(int fd);
  ~Pause();
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  /// False: the terminal takes nothing now, the line still stands there. Who cannot wait writes
  /// later, others write clear() first.
  bool is_clear() const { return clear_; }
  static std::string clear();
  /// What was written; its last byte tells whether the next line may begin.
  void wrote(const char* data, std::size_t size);

 private:
  bool active_ = false;
  bool clear_ = true;
};

}  // namespace tranche::runner::live_line
