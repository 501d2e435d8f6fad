-- Statements on a job's source table (source.hpp), the same in every dialect: what differs is filled in.
-- Placeholders: table; direction (of a scan); aside (order, where no index of it is to be used); key, item, weight, age (what is read); order (what is compared and sorted by); filter (bracketed);
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
ORDER BY /* TEMPLATE: order */ /* TEMPLATE: direction */ LIMIT /* TEMPLATE: p3 */

-- name: key_after
-- The row that stands so many rows behind the first of a range, matching or not.
SELECT /* TEMPLATE: key */ FROM /* TEMPLATE: table */
WHERE /* TEMPLATE: upper */ AND /* TEMPLATE: lower */
ORDER BY /* TEMPLATE: order */ /* TEMPLATE: direction */ LIMIT 1 OFFSET /* TEMPLATE: p3 */

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

-- name: ends
-- The first and the last key of the matching rows up to one. What matches is found first: in the order of keys, the search for
-- the first match may pass by all that do not.
WITH found AS MATERIALIZED (
  SELECT /* TEMPLATE: key */ AS key, /* TEMPLATE: order */ AS place FROM /* TEMPLATE: table */
  WHERE /* TEMPLATE: aside */ <= /* TEMPLATE: p1 */ AND /* TEMPLATE: filter */)
SELECT * FROM (SELECT key FROM found ORDER BY place LIMIT 1) AS low
CROSS JOIN (SELECT key FROM found ORDER BY place DESC LIMIT 1) AS high

-- name: time_type
-- Of the values of the column that carries the time.
SELECT /* TEMPLATE: time_type */ FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: time */ IS NOT NULL LIMIT 1

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
