#include "inventory/room.hpp"

namespace tranche {

bool Room::fits(double weight) const {
  if (count_ == 0) {
    // An asset heavier than the limit travels alone rather than blocking.
    return true;
  }
  return (!limits_.max_count || count_ < *limits_.max_count) &&
         (!limits_.max_weight || weight_ + weight <= *limits_.max_weight) &&
         (!size_ || size_->takes(count_, weight_, weight));
}

bool Room::take(double weight) {
  if (full_ || !fits(weight)) {
    refused_ = full_ ? refused_ : weight;
    full_ = true;
    return false;
  }
  ++count_;
  weight_ += weight;
  full_ = limits_.max_count && count_ == *limits_.max_count;
  return true;
}

std::optional<std::int64_t> Room::left() const {
  return limits_.max_count ? std::optional(*limits_.max_count - count_) : std::nullopt;
}

std::string Room::size_reason() const {
  if (!size_) {
    return {};
  }
  if (!full_) {
    return size_->reason + "; no more assets waited";
  }
  if (limits_.max_count && count_ == *limits_.max_count) {
    return size_->reason + "; --max-count allows no more";
  }
  if (limits_.max_weight && weight_ + refused_ > *limits_.max_weight) {
    return size_->reason + "; --max-weight allows no more";
  }
  return size_->at_bound(count_, weight_, refused_)
             ? size_->reason + "; " + size_->bound + " at most"
             : size_->reason;
}

}  // namespace tranche
