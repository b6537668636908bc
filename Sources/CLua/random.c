// math.random over xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), seeded
// by SplitMix64: the same numbers in every run.
#include "control.h"
#include <string.h>

static uint64_t rotate_left(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t next(clua_control *control) {
  uint64_t *s = control->random;
  uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

static void fill(clua_control *control, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    control->random[i] = z ^ z >> 31;
  }
}

void clua_seed(clua_control *control, uint64_t seed) {
  control->seed = seed;
  fill(control, seed);
}

void clua_random_state(const clua_control *control, uint64_t state[5]) {
  memcpy(state, control->random, sizeof control->random);
  state[4] = control->seed;
}

void clua_set_random_state(clua_control *control, const uint64_t state[5]) {
  memcpy(control->random, state, sizeof control->random);
  control->seed = state[4];
}

/// Uniform in 0...span, by rejection within the next power of two.
static uint64_t below(clua_control *control, uint64_t span) {
  uint64_t mask = span == 0 ? 0 : UINT64_MAX >> __builtin_clzll(span);
  uint64_t value;
  do value = next(control) & mask;
  while (value > span);
  return value;
}

static int math_random(lua_State *L) {
  clua_control *control = control_of(L);
  lua_Integer low = 1, high;
  switch (lua_gettop(L)) {
    case 0:
      lua_pushnumber(L, (double)(next(control) >> 11) * 0x1p-53);
      return 1;
    case 1:
      high = luaL_checkinteger(L, 1);
      if (high == 0) {
        lua_pushinteger(L, (lua_Integer)next(control));
        return 1;
      }
      break;
    case 2:
      low = luaL_checkinteger(L, 1);
      high = luaL_checkinteger(L, 2);
      break;
    default:
      return luaL_error(L, "wrong number of arguments");
  }
  luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
  lua_pushinteger(L, (lua_Integer)(below(control, (uint64_t)high - (uint64_t)low) + (uint64_t)low));
  return 1;
}

/// Without an argument it goes back to the host's own seed.
static int math_randomseed(lua_State *L) {
  clua_control *control = control_of(L);
  uint64_t seed = control->seed;
  if (!lua_isnone(L, 1)) {
    int whole = 0;
    lua_Integer integer = lua_tointegerx(L, 1, &whole);
    if (whole) {
      seed = (uint64_t)integer;
    } else {
      double number = luaL_checknumber(L, 1);
      memcpy(&seed, &number, sizeof seed);
    }
  }
  fill(control, seed);
  return 0;
}

void clua_open_random(lua_State *L) {
  luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
  static const luaL_Reg functions[] = {{"random", math_random}, {"randomseed", math_randomseed}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lua_settop(L, -2);
}
