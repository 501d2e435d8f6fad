-- Statements on a job's source table (source.hpp), the same in every dialect: what differs is filled in.
-- Placeholders: table; key, item, weight, age (what is read); order (what is compared and sorted by); filter (bracketed);
-- lower (a condition on parameter 2, or that it is NULL); upper (one on parameter 1); p1, p3, text1 (parameters with their casts).

-- name: newest_key
SELECT /* TEMPLATE: key */ FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: order */ IS NOT NULL
ORDER BY /* TEMPLATE: order */ DESC LIMIT 1

-- name: oldest_key
SELECT /* TEMPLATE: key */ FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: order */ IS NOT NULL
ORDER BY /* TEMPLATE: order */ LIMIT 1

-- name: scan
-- The next matching assets in key order.
SELECT /* TEMPLATE: key */, /* TEMPLATE: item */, /* TEMPLATE: weight */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: upper */ AND /* TEMPLATE: lower */ AND /* TEMPLATE: filter */
ORDER BY /* TEMPLATE: order */ LIMIT /* TEMPLATE: p3 */

-- name: key_after
-- The row that stands so many rows behind the first of a range, matching or not.
SELECT /* TEMPLATE: key */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: upper */ AND /* TEMPLATE: lower */
ORDER BY /* TEMPLATE: order */ LIMIT 1 OFFSET /* TEMPLATE: p3 */

-- name: totals
SELECT count(*), /* TEMPLATE: weight_sum */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: upper */ AND /* TEMPLATE: lower */ AND /* TEMPLATE: filter */

-- name: first_key
SELECT /* TEMPLATE: key */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: upper */ AND /* TEMPLATE: lower */ AND /* TEMPLATE: filter */
ORDER BY /* TEMPLATE: order */ LIMIT 1

-- name: last_key
SELECT /* TEMPLATE: key */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: upper */ AND /* TEMPLATE: lower */ AND /* TEMPLATE: filter */
ORDER BY /* TEMPLATE: order */ DESC LIMIT 1

-- name: find_key
SELECT /* TEMPLATE: key */, /* TEMPLATE: item */, /* TEMPLATE: weight */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: order */ = /* TEMPLATE: p1 */ LIMIT 1

-- name: find_item
SELECT /* TEMPLATE: key */, /* TEMPLATE: item */, /* TEMPLATE: weight */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: item */ = /* TEMPLATE: text1 */ ORDER BY /* TEMPLATE: order */ LIMIT 100

-- name: age_seconds
SELECT /* TEMPLATE: age */ FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: order */ = /* TEMPLATE: p1 */ LIMIT 1

-- name: has_null_key
SELECT EXISTS (SELECT 1 FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: order */ IS NULL)
