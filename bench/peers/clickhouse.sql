-- All answers from `ev` (user_id, t in milliseconds, event). Two arrays, the one sorted by the other,
-- took 0.9 of the time of one array of pairs; reading names as String 0.75 of LowCardinality.
CREATE OR REPLACE TABLE s ENGINE = Memory AS
SELECT length(seg) AS n_events, arrayStringConcat(arrayCompact(seg), ' > ') AS path,
    seg[-1] AS last_event, has(seg, 'order_completed') AS reached
FROM (
    SELECT arrayJoin(arraySplit((x, d) -> d > 1800000, arraySort((x, y) -> y, events, times),
        arrayDifference(arraySort(times)))) AS seg
    FROM (
        SELECT groupArray(event) AS events, groupArray(t) AS times FROM ev GROUP BY user_id
    )
);
SELECT 'events', sum(n_events), '' FROM s;
SELECT 'sessions', count(), '' FROM s;
SELECT 'reached', countIf(reached), '' FROM s;
SELECT 'path', count() AS c, path FROM s GROUP BY path ORDER BY c DESC, path LIMIT 20;
SELECT 'exit', count() AS c, last_event FROM s WHERE NOT reached
GROUP BY last_event ORDER BY c DESC, last_event;
