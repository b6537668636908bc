#define _GNU_SOURCE
#include "include/CProcess.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

pid_t cprocess_fork(void) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child != 0) return child;
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  // The parent may have died before the request was made.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(1);
  clearenv();
  return 0;
}
