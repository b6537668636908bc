// Child processes that never outlive their parent: what Swift cannot express or does not import.
#ifndef PERILUNE_PROCESS_H
#define PERILUNE_PROCESS_H

#include <sys/types.h>

/// Like `fork`. The child is killed when the thread that made it ends, ignores Ctrl-C (its parent decides what to do), and
/// has no environment.
pid_t cprocess_fork(void);

#endif
