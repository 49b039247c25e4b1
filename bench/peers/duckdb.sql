-- All answers from `ev` (user_id, ts in milliseconds, event). Lists beat windows by 1.4 times, two
-- lists one of structs by a twentieth.
CREATE OR REPLACE TEMP TABLE s AS
WITH g AS (
    SELECT list_sort(list({'ts': ts, 'e': event})) AS a FROM ev GROUP BY user_id
), b AS (
    SELECT list_transform(a, lambda x: x.e) AS e, list_transform(a, lambda x: x.ts) AS t FROM g
), c AS (
    SELECT e, list_filter(range(1, len(e) + 1), lambda i:
        i = 1 OR t[i] - t[i - 1] > 1800000) AS st FROM b
), d AS (
    SELECT e, unnest(st) AS lo, unnest(list_append(st[2:], len(e) + 1)) - 1 AS hi FROM c
), f AS (
    SELECT e[lo:hi] AS seg FROM d
)
SELECT len(seg) AS n_events,
    array_to_string(list_filter(seg, lambda e, i: i = 1 OR e <> seg[i - 1])::VARCHAR[],
        ' > ') AS path,
    seg[-1]::VARCHAR AS last_event, list_contains(seg::VARCHAR[], 'order_completed') AS reached
FROM f;
SELECT 'events', sum(n_events)::BIGINT, '' FROM s
UNION ALL SELECT 'sessions', count(*), '' FROM s
UNION ALL SELECT 'reached', count(*) FILTER (reached), '' FROM s;
SELECT 'path', count(*) AS c, path FROM s GROUP BY path ORDER BY c DESC, path LIMIT 20;
SELECT 'exit', count(*) AS c, last_event FROM s WHERE NOT reached
GROUP BY last_event ORDER BY c DESC, last_event;
