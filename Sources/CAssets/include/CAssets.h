#ifndef CASSETS_H
#define CASSETS_H

#include <stddef.h>

/// A file that was embedded into the program when it was built.
typedef struct {
  /// The file's path below its folder, such as "nn/Linear.lua" or "digits.csv.gz".
  const char *name;
  /// The file's bytes. No zero byte follows them.
  const unsigned char *bytes;
  size_t size;
} perilune_asset;

/// The data sets of the folder `data`, gzipped CSV, in the order of `DataAssets.def`.
const perilune_asset *perilune_data_assets(size_t *count);

/// The parts of the library that are written in Lua, in the order of `LuaAssets.def`, which is the order to load them in.
const perilune_asset *perilune_lua_assets(size_t *count);

#endif
