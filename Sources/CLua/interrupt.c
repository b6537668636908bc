// Stopping a script: a flag that natives poll, and a hook on the coroutine that is running when the flag is set.
#include "control.h"
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/// The innermost state that this thread runs.
static __thread clua_control *running;
static _Atomic(clua_control *) sigint_target;

static void look(lua_State *L, lua_Debug *record) {
  (void)record;
  clua_control *control = control_of(L);
  if (conditions_of(control) & (CLUA_INTERRUPT | CLUA_MEMORY)) {
    clua_attend(L, control);
  } else {
    lua_sethook(L, NULL, 0, 0);
  }
}

void clua_hook_current(clua_control *control) {
  lua_State *L = atomic_load(&control->current);
  // A count of one: after a `pcall` has caught the error, the very next instruction outside of it raises again.
  if (L != NULL) lua_sethook(L, look, LUA_MASKCOUNT, 1);
}

void clua_attend(lua_State *L, clua_control *control) {
  int conditions = conditions_of(control);
  if (conditions & CLUA_CLOSING) luaL_error(L, "native functions cannot be called while the script ends");
  if (conditions & CLUA_INTERRUPT) {
    luaL_checkstack(L, 8, NULL);
    clua_hook_current(control);
    control->callbacks.explain(L, CLUA_INTERRUPT);
    lua_error(L);
  }
  if (conditions & CLUA_OVERFLOW) {
    atomic_fetch_and(&control->conditions, ~CLUA_OVERFLOW);
    control->callbacks.explain(L, CLUA_OVERFLOW);
    lua_error(L);
  }
  if (conditions & CLUA_MEMORY) {
    clua_collect(L);
    atomic_fetch_and(&control->conditions, ~CLUA_MEMORY);
    if (control->bytes > control->limit) {
      luaL_checkstack(L, 8, NULL);
      control->callbacks.explain(L, CLUA_MEMORY);
      lua_error(L);
    }
  }
  if (conditions & CLUA_COLLECT) clua_collect(L);
}

void clua_overflow(lua_State *L) {
  atomic_fetch_or(&control_of(L)->conditions, CLUA_OVERFLOW);
  lua_settop(L, -2);
}

/// Runs on the thread that runs Lua, so nothing moves while the hook is set.
static void on_knock(int signal) {
  (void)signal;
  for (clua_control *control = running; control != NULL; control = control->outer) {
    if (atomic_load(&control->conditions) & CLUA_INTERRUPT) clua_hook_current(control);
  }
}

static void install_knock(void) {
  struct sigaction action = {.sa_handler = on_knock, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGURG, &action, NULL);
}

void clua_enter(clua_control *control, int *thread) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install_knock);
  *thread = atomic_load(&control->thread);
  if (atomic_load(&control->depth) == 0) {
    control->outer = running;
    running = control;
    atomic_store(&control->thread, (int)syscall(SYS_gettid));
  }
  atomic_fetch_add(&control->depth, 1);
}

void clua_leave(clua_control *control, int thread) {
  if (atomic_fetch_sub(&control->depth, 1) == 1) {
    running = control->outer;
    control->outer = NULL;
    atomic_store(&control->thread, thread);
    lua_sethook(control->main, NULL, 0, 0);
  }
}

void clua_interrupt(clua_control *control) {
  atomic_fetch_or(&control->conditions, CLUA_INTERRUPT);
  int thread = atomic_load(&control->thread);
  // Whoever enters Lua after this point sees the flag by itself. A thread that is gone gives an error, and no harm.
  if (atomic_load(&control->depth) > 0 && thread != 0) syscall(SYS_tgkill, getpid(), thread, SIGURG);
}

int clua_conditions(const clua_control *control) { return conditions_of(control); }
void clua_set_condition(clua_control *control, int condition) { atomic_fetch_or(&control->conditions, condition); }
void clua_clear_condition(clua_control *control, int condition) { atomic_fetch_and(&control->conditions, ~condition); }

static char *const *restart_arguments;
static int restart_milliseconds;

/// The time of grace is over.
static void on_alarm(int signal_number) {
  (void)signal_number;
  clua_control *control = atomic_load(&sigint_target);
  if (control == NULL || !(atomic_load(&control->conditions) & CLUA_INTERRUPT)) return;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execv("/proc/self/exe", restart_arguments);
  _exit(3);
}

void clua_restart_when_stuck(int milliseconds, char *const *arguments) {
  restart_milliseconds = milliseconds;
  restart_arguments = arguments;
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGALRM, &action, NULL);
}

static void on_sigint(int signal_number) {
  clua_control *control = atomic_load(&sigint_target);
  if (control != NULL && restart_arguments != NULL && (atomic_load(&control->conditions) & CLUA_INTERRUPT)) {
    struct itimerval time = {.it_value = {restart_milliseconds / 1000, restart_milliseconds % 1000 * 1000}};
    setitimer(ITIMER_REAL, &time, NULL);
    return;
  }
  if (control == NULL || (atomic_load(&control->conditions) & CLUA_INTERRUPT)) {
    signal(signal_number, SIG_DFL);
    raise(signal_number);
  } else {
    clua_interrupt(control);
  }
}

void clua_forget_sigint(clua_control *control) {
  clua_control *expected = control;
  if (atomic_compare_exchange_strong(&sigint_target, &expected, NULL)) signal(SIGINT, SIG_DFL);
}

void clua_catch_sigint(clua_control *control) {
  atomic_store(&sigint_target, control);
  struct sigaction action = {.sa_handler = control == NULL ? SIG_DFL : on_sigint, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}
