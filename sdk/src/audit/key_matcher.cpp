#include "audit/key_matcher.hpp"

#include <algorithm>

namespace tranche::audit {

KeyMatcher::KeyMatcher(const Batch& batch,
                       std::optional<Key> end,
                       std::int64_t parts,
                       ReadPart read,
                       MatchListener& listener)
    : batch_(batch),
      end_(std::move(end)),
      parts_(parts),
      read_(std::move(read)),
      listener_(listener) {
  load(0);
}

void KeyMatcher::load(std::int64_t part) {
  keys_ = unpack_key_part(read_(part));
  index_ = keys_.hashes ? index_of(keys_) : Index();
  part_ = part;
  at_ = 0;
}

void KeyMatcher::see(const Asset& asset) {
  if (keys_.hashes) {
    see_hash(asset);
  } else {
    see_number(asset);
  }
}

void KeyMatcher::finish() {
  if (keys_.hashes) {
    finish_hashes();
    return;
  }
  while (at_key()) {
    lose(static_cast<std::int64_t>(keys_.values[at_++]));
  }
  if (lost_ > 0) {
    flush_lost(Key::from_number(batch_.first_key->type(), lost_to_));
  }
}

void KeyMatcher::flush_lost(const Key& last) {
  if (lost_ > 0) {
    listener_.vanished(*lost_from_, last, lost_);
  }
  lost_ = 0;
}

// Numbers.

bool KeyMatcher::at_key() {
  while (at_ == keys_.values.size() && part_ + 1 < parts_) {
    load(part_ + 1);
  }
  return at_ < keys_.values.size();
}

void KeyMatcher::see_number(const Asset& asset) {
  const std::int64_t number = asset.key.number();
  while (at_key() && static_cast<std::int64_t>(keys_.values[at_]) < number) {
    lose(static_cast<std::int64_t>(keys_.values[at_++]));
  }
  if (at_key() && static_cast<std::int64_t>(keys_.values[at_]) == number) {
    ++at_;
    listener_.matched(asset);
  } else {
    listener_.late(asset);
  }
}

void KeyMatcher::lose(std::int64_t number) {
  const KeyType type = batch_.first_key->type();
  Key key = Key::from_number(type, number);
  if (end_ && *end_ <= key) {
    return;
  }
  // Only neighbours are told together, so that a finding names every key.
  if (lost_ > 0 && lost_to_ + 1 == number) {
    lost_to_ = number;
    ++lost_;
    return;
  }
  if (lost_ > 0) {
    flush_lost(Key::from_number(type, lost_to_));
  }
  lost_from_ = std::move(key);
  lost_to_ = number;
  lost_ = 1;
}

// Hashes.

KeyMatcher::Index KeyMatcher::index_of(const PartKeys& keys) {
  Index index;
  index.reserve(keys.values.size());
  for (std::size_t place = 0; place < keys.values.size(); ++place) {
    index.emplace_back(keys.values[place], place);
  }
  std::sort(index.begin(), index.end());
  return index;
}

const std::size_t* KeyMatcher::place_in(const Index& index, std::uint64_t hash, std::size_t from) {
  const auto found = std::lower_bound(index.begin(), index.end(), std::pair(hash, from));
  return found != index.end() && found->first == hash ? &found->second : nullptr;
}

bool KeyMatcher::find(const Asset& asset) {
  if (at_ == keys_.values.size() && part_ + 1 < parts_) {
    load(part_ + 1);
  }
  const std::size_t* place = place_in(index_, key_hash(asset.key), at_);
  if (place == nullptr) {
    return false;
  }
  const auto passed = static_cast<std::int64_t>(*place - at_);
  if (passed > 0 && lost_ == 0) {
    lost_from_ = last_found_ ? last_found_ : batch_.first_key;
  }
  lost_ += passed;
  flush_lost(asset.key);
  all_late();
  listener_.matched(asset);
  dealt_with_ += passed + 1;
  at_ = *place + 1;
  last_found_ = asset.key;
  patience_ = kPatience;
  return true;
}

void KeyMatcher::see_hash(const Asset& asset) {
  if (find(asset)) {
    return;
  }
  undecided_.push_back(asset);
  if (undecided_.size() >= patience_) {
    look_ahead();
  }
}

void KeyMatcher::all_late() {
  for (const Asset& asset : undecided_) {
    listener_.late(asset);
  }
  undecided_.clear();
}

/// The undecided assets are in none of the keys at hand: they are late, or all of these have
/// vanished and they stand in a later part.
void KeyMatcher::look_ahead() {
  std::int64_t between = static_cast<std::int64_t>(keys_.values.size() - at_);
  for (std::int64_t part = part_ + 1; part < parts_; ++part) {
    PartKeys keys = unpack_key_part(read_(part));
    Index index = index_of(keys);
    const bool here = std::any_of(undecided_.begin(), undecided_.end(), [&](const Asset& asset) {
      return place_in(index, key_hash(asset.key), 0) != nullptr;
    });
    if (here) {
      if (between > 0 && lost_ == 0) {
        lost_from_ = last_found_ ? last_found_ : batch_.first_key;
      }
      lost_ += between;
      dealt_with_ += between;
      keys_ = std::move(keys);
      index_ = std::move(index);
      part_ = part;
      at_ = 0;
      for (const Asset& asset : std::exchange(undecided_, {})) {
        if (!find(asset)) {
          undecided_.push_back(asset);
        }
      }
      return;
    }
    between += static_cast<std::int64_t>(keys.values.size());
  }
  all_late();
  // A long run of late assets must not read the later parts again and again.
  patience_ = std::min(patience_ * 2, kMostPatience);
}

void KeyMatcher::finish_hashes() {
  while (!undecided_.empty() && part_ + 1 < parts_) {
    look_ahead();
  }
  all_late();
  // Of a range that was cut, nobody can tell which of the keys left lie before the cut.
  const std::int64_t left = batch_.count - dealt_with_;
  if (left > 0 && !end_) {
    if (lost_ == 0) {
      lost_from_ = last_found_ ? last_found_ : batch_.first_key;
    }
    lost_ += left;
    flush_lost(*batch_.last_key);
  }
}

}  // namespace tranche::audit
