#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions" // #embed

#define NAME_START (sizeof "../../data/" - 1)
static const perilune_asset data_assets[] = {
#include "DataAssets.def"
};
#undef NAME_START

const perilune_asset *perilune_data_assets(size_t *count) {
  *count = sizeof data_assets / sizeof data_assets[0];
  return data_assets;
}

#define NAME_START (sizeof "lua/" - 1)
static const perilune_asset lua_assets[] = {
#include "LuaAssets.def"
  {NULL, NULL, 0} // keeps the table valid while the list is empty; not counted
};
#undef NAME_START

const perilune_asset *perilune_lua_assets(size_t *count) {
  *count = sizeof lua_assets / sizeof lua_assets[0] - 1;
  return lua_assets;
}
