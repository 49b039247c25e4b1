/*
 * status.h: how a stream is doing, partition by partition, on standard error.
 *
 *   2 of 8 partitions here, 1,204 messages behind, 81,300 messages/s
 *   partition  behind  messages/s  watermark             open events  state    checkpoint
 *   clicks-0      902      40,100  2025-06-15T15:04:05Z       12,034  210 kB   4 s ago
 *   clicks-1   not here
 *
 * SIGUSR1 prints it once. With --status it is shown all the time: on a terminal that can redraw it
 * is drawn anew each second, and notes stand above it; elsewhere it is printed once a minute.
 *
 * Threads: a thread of its own draws; notes may come from any thread.
 */
#ifndef WEND_TOOLS_STATUS_H
#define WEND_TOOLS_STATUS_H

#include "commands.h"

struct wend_live;
struct wend_cli_status;

/* From now on SIGUSR1 is waited for: so before other threads are made. `context` and `live` are
 * borrowed until the close. WEND_ERROR_IO: no thread could be made. */
enum wend_status wend__cli_status_open(const struct wend_cli_context *context,
                                       const struct wend_live *live, bool has_state,
                                       struct wend_cli_status **status,
                                       struct wend_error *error) WEND_MUST_CHECK;
/* As wend__cli_note, above what is shown. `status` may be NULL. */
void wend__cli_status_note(const struct wend_cli_context *context, struct wend_cli_status *status,
                           const char *text);
/* Erases what is shown. Accepts NULL. */
void wend__cli_status_close(struct wend_cli_status *status);

#endif
