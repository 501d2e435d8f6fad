#pragma once

#include <string>

namespace tranche::cli {

/// What is shown again and again: over itself on a terminal, one below the other elsewhere.
class WatchScreen {
 public:
  WatchScreen();
  /// Errors: those of print().
  void show(const std::string& title, const std::string& text);

 private:
  bool terminal_;
  bool first_ = true;
};

}  // namespace tranche::cli
