#pragma once

#include "tranche/key_set.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tranche {

/// Asks a packed key set about keys in rising order. Numbers need one part in memory. The first
/// text or UUID key that a part lacks makes it unpack the rest, 8 bytes a key: hashes do not tell
/// whether a key can still come.
class KeyCursor {
 public:
  /// `last`: no part follows.
  using ReadPart = std::function<std::string(std::int64_t part, bool last)>;

  KeyCursor(ReadPart read, std::int64_t parts) : read_(std::move(read)), parts_(parts) {}
  bool holds(const Key& key);

 private:
  void advance();

  ReadPart read_;
  std::int64_t parts_;
  std::int64_t next_ = 0;
  std::optional<KeyPart> current_;
};

}  // namespace tranche
