// The C library's allocator, set for a program that makes and drops many small objects.
#include "CLua.h"
#include <malloc.h>

void clua_keep_freed_memory(void) {
  // Freed memory stays with the process instead of going back page by page and being cleared again.
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 4 << 20);
}
