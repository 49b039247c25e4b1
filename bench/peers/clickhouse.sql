-- All answers from `ev` (user_id, t as DateTime64(3), event).
CREATE OR REPLACE TABLE s ENGINE = Memory AS
WITH groupArray((toUnixTimestamp64Milli(t), event)) AS g
SELECT length(seg) AS n_events,
    arrayStringConcat(arrayCompact(arrayMap(x -> x.2, seg)), ' > ') AS path,
    seg[-1].2 AS last_event, has(arrayMap(x -> x.2, seg), 'order_completed') AS reached
FROM (
    SELECT arraySort(g) AS a,
        arrayJoin(arraySplit((x, d) -> d > 1800000, a,
            arrayDifference(arrayMap(x -> x.1, a)))) AS seg
    FROM ev GROUP BY user_id
);
SELECT 'events', sum(n_events), '' FROM s;
SELECT 'sessions', count(), '' FROM s;
SELECT 'reached', countIf(reached), '' FROM s;
SELECT 'path', count() AS c, path FROM s GROUP BY path ORDER BY c DESC, path LIMIT 20;
SELECT 'exit', count() AS c, last_event FROM s WHERE NOT reached
GROUP BY last_event ORDER BY c DESC, last_event;
