/*
 * limits.h: every limit of the engine, in one place, with its arithmetic.
 *
 * What the user can set has its default here; the rest are constants.
 */
#ifndef WEND_BASE_LIMITS_H
#define WEND_BASE_LIMITS_H

#include <stdint.h>

/* A record longer than this is rejected as `shape`. */
#define WEND_MAX_RECORD_BYTES (UINT32_C(1) << 20)
/* Blocks are what a thread decodes at a time: large enough that hand-over costs vanish, small
 * enough that the two blocks of two threads stay in the 1 MiB second-level caches. */
#define WEND_BLOCK_BYTES (UINT32_C(256) << 10)
#define WEND_BLOCK_BYTES_MIN (UINT32_C(1) << 10)
#define WEND_BLOCK_BYTES_MAX (UINT32_C(64) << 20)

#define WEND_MAX_TOUCHPOINTS 65536U      /* names from data */
#define WEND_MAX_SEGMENT_VALUES 1048576U /* distinct values of all segments of a run */
#define WEND_MAX_JOURNEYS 32U            /* journeys of one definition file */
#define WEND_MAX_STAGES 64U              /* stages of one journey */
#define WEND_MAX_SEGMENTS 16U
#define WEND_MAX_CUT_FIELDS 8U
#define WEND_MAX_FIELDS 256U /* fields that the definitions mention */
#define WEND_MAX_DEFINITION_BYTES (UINT32_C(4) << 20)
#define WEND_MAX_JSON_DEPTH 1024U
#define WEND_MAX_THREADS 64U

#define WEND_DEFAULT_MAX_STEPS 64U
#define WEND_DEFAULT_FLOW_DEPTH 20U
/* Enough for any path that a person reads; keeps a path row below 64 KiB of step ids. */
#define WEND_MAX_MAX_STEPS 4096U
#define WEND_MAX_FLOW_DEPTH 1000U

/* Hits are gathered in this many slices of the customer hash, whatever the thread count, so that
 * a slice of a 10 M event run (about 640 MB of hits) is 2.5 MB and sorts in the cache. */
#define WEND_SLICE_COUNT 256U
#define WEND_RING_SLOTS 4096U

#define WEND_US_PER_SECOND INT64_C(1000000)
#define WEND_US_PER_DAY (INT64_C(86400) * WEND_US_PER_SECOND)

/* A stream: how far events may be out of order, and how long its windows are, unless it is said;
 * how far behind its message's time an event's may be and still move the mark. */
#define WEND_STREAM_LATENESS_US (INT64_C(600) * WEND_US_PER_SECOND)
#define WEND_STREAM_WINDOW_US (INT64_C(3600) * WEND_US_PER_SECOND)
#define WEND_STREAM_CHECKPOINT_US (INT64_C(30) * WEND_US_PER_SECOND)
#define WEND_MAX_FUTURE_SKEW_US (INT64_C(300) * WEND_US_PER_SECOND)

/* 1678-01-01 and 2262-01-01 00:00:00 UTC in microseconds: the years that are accepted. */
#define WEND_TIME_MIN_US (INT64_C(-9214560000) * WEND_US_PER_SECOND)
#define WEND_TIME_END_US (INT64_C(9214646400) * WEND_US_PER_SECOND)

#endif
