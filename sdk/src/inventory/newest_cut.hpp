#pragma once

#include "inventory/cutter.hpp"

namespace tranche {

/// What a campaign that begins at its end has not handed out or scanned past yet. Empty: nothing.
std::optional<SourceRange> rest_of(const Window& window);

/// The last assets of a range that there is room for, as Cutter cuts the first ones: read once from
/// the end, to see how many there are, and once more in the order of their keys. Cut::scanned_to is
/// the lowest key taken, or read in vain. `timed` bounds the time that it takes.
/// Errors: busy, where others add assets to the range all the time.
Cut cut_newest(Source& source,
               const Room& room,
               AssetSink* sink,
               const Cutter::OnPart& on_part,
               const SourceRange& rest,
               TimedScan* timed = nullptr);

}  // namespace tranche
