// Instructions of the processor that Swift has no words for.
#ifndef PERILUNE_KERNELS_H
#define PERILUNE_KERNELS_H

/// Lets the processor rest for some tens of cycles between two looks at a number that another one will change.
static inline void ckernels_pause(void) { __builtin_ia32_pause(); }

#endif
