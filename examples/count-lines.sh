#!/bin/sh
# count-lines.sh ITEMS_FILE RESULT
# A job command like any other: compresses the files of a batch into RESULT and
# counts their lines.
set -eu

# A defect that is mended later: a batch fails that has the file $REFUSE in it.
if [ -n "${REFUSE:-}" ] && grep -qxF -- "$REFUSE" "$1"; then
  echo "cannot read $REFUSE" >&2
  exit 65
fi

# RESULT is named by the batch: a retry overwrites what an attempt left.
tr '\n' '\0' <"$1" | xargs -0 cat -- | gzip >"$2"
lines=$(gzip -dc "$2" | wc -l)

echo "lines=$lines" >>"$TRANCHE_OUTPUT_FILE" # kept in the ledger
echo "batch $TRANCHE_BATCH_ID: $TRANCHE_COUNT files, $lines lines"
