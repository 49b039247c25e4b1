/*
 * wend.h: all of wend's public interface.
 *
 *   definitions.h   what touchpoints, sessions and journeys are
 *   replay.h        events in, results out
 *   stream.h        messages of Kafka in, results out
 *   snapshot.h      reading, checking, merging what a run wrote
 *   map.h           the journey map of a snapshot
 *   publish.h       snapshots into databases and query engines
 *   status.h        how calls fail
 */
#ifndef WEND_WEND_H
#define WEND_WEND_H

#include <wend/definitions.h>
#include <wend/map.h>
#include <wend/publish.h>
#include <wend/replay.h>
#include <wend/snapshot.h>
#include <wend/status.h>
#include <wend/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": of the library that runs, not of the header. */
WEND_API const char *wend_version(void);

#ifdef __cplusplus
}
#endif
#endif
