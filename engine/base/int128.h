/* int128.h: the 128-bit sums of values and of microseconds. */
#ifndef WEND_BASE_INT128_H
#define WEND_BASE_INT128_H

#include <stdint.h>

__extension__ typedef __int128 wend_int128;
__extension__ typedef unsigned __int128 wend_uint128;

#endif
