#include "support/memory_store.hpp"

#include "support/memory_transaction.hpp"

namespace tranche::test {

MemoryStore::MemoryStore()
    : clock_([] {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
      }) {}

std::unique_ptr<StoreTransaction> MemoryStore::begin(bool write) {
  return std::make_unique<MemoryTransaction>(*this, write);
}

}  // namespace tranche::test
