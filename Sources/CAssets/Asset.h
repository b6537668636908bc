// One element of a table of assets: the file ASSET, whose name begins after its folder (NAME_START letters).
// Included once per row of a list, so it has no include guard. The second copy of the bytes only gives their number.
{
  &ASSET[NAME_START],
  (const unsigned char[]) {
#embed ASSET
  },
  sizeof((const unsigned char[]) {
#embed ASSET
  }),
},
#undef ASSET
