#pragma once

#include "tranche/key.hpp"
#include "tranche/types.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tranche {

/// A difference between what was handed out and what the source holds now.
struct AuditFinding {
  /// Of a batch that a reset took keys from, no change is told: its digest is of those as well.
  enum class Kind {
    late,      ///< one asset that matches and lies behind the frontier, and that no batch holds
    vanished,  ///< keys that a batch holds and the source does not, or that match no more
    changed,   ///< the batch's keys are all there, but an item or a weight is another
  };
  Kind kind = Kind::late;
  Key first_key;  ///< late: the asset. vanished: each of the batch's keys from here on; where it
                  ///< has only their hashes (text, UUIDs), `count` keys between these two, which
                  ///< may themselves be there. changed: the batch's
  Key last_key;
  std::int64_t count = 1;        ///< assets; changed: those of the batch
  std::string item;              ///< of a late asset
  double weight = 0;             ///< late: the asset's; changed: the batch's by the source now
  double weight_before = 0;      ///< changed: as it was handed out
  std::int64_t batch_id = 0;     ///< whose range or keys; late: 0 between the ranges
  std::int64_t repaired_by = 0;  ///< late: the straggler batch made for it
};
std::string_view to_string(AuditFinding::Kind kind);

struct AuditTotals {
  std::int64_t ranges = 0;      ///< live range batches
  std::int64_t stragglers = 0;  ///< live straggler batches, made by earlier repairs
  std::int64_t assets = 0;      ///< that these hold and the source has
  std::int64_t late = 0;        ///< assets
  std::int64_t between = 0;     ///< of them, those that lie in no range
  std::int64_t vanished = 0;    ///< assets
  std::int64_t changed = 0;     ///< batches
  std::int64_t repaired = 0;    ///< of the late ones, those that straggler batches hold now
  std::int64_t repairs = 0;     ///< the number of these batches

  bool clean() const { return late == repaired && vanished == 0 && changed == 0; }
};

struct AuditOptions {
  std::string window{kIncremental};
  /// Makes straggler batches of late assets, within the window's or job's limits and up to 65,536
  /// assets each.
  bool repair = false;
  /// Told every few thousand assets: the totals so far, the key reached, and the key where it ends.
  std::function<void(const AuditTotals&, const Key& at, const Key& end)> progress = nullptr;
};

}  // namespace tranche
