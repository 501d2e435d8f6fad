#include "inventory/key_cursor.hpp"

namespace tranche {

void KeyCursor::advance() {
  KeyPart part(read_(next_, next_ + 1 == parts_));
  ++next_;
  if (current_ && part.is_hashes()) {
    current_->add(part);
  } else {
    current_ = std::move(part);
  }
}

bool KeyCursor::holds(const Key& key) {
  while (true) {
    if (current_ && current_->holds(key)) {
      return true;
    }
    if (next_ == parts_ || (current_ && !current_->may_end_before(key))) {
      return false;
    }
    advance();
  }
}

}  // namespace tranche
