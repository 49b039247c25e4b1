/*
 * parquet_samples.h: Parquet files for other readers, each with its rows beside it as JSON.
 *
 * The rows are written down from the generator, not from any reader. A row is one JSON array;
 * decimals are their unscaled integer as a string, bytes are hexadecimal, timestamps microseconds,
 * the doubles that JSON lacks "NaN", "Infinity" and "-Infinity".
 */
#ifndef WEND_TESTS_PARQUET_SAMPLES_H
#define WEND_TESTS_PARQUET_SAMPLES_H

#include "base/buffer.h"
#include "base/int128.h"

#include <stdio.h>

/* Writes NAME.parquet and NAME.jsonl for each sample into `directory`; false after a message. */
bool write_samples(const char *directory);

/* JSON values, for rows that were put and rows that were read. */
void print_text(FILE *out, struct wend_bytes text);
void print_hex(FILE *out, struct wend_bytes bytes);
void print_double(FILE *out, double value);
void print_int128(FILE *out, wend_int128 value);

#endif
