/* The smallest program that uses the library: it must build against an installed copy. */
#include <wend/status.h>

#include <stdio.h>

int main(void) {
    printf("%s\n", wend_status_name(WEND_OK));
    return 0;
}
