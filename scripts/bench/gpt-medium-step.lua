-- One training step of a decoder with 6 layers of width 384, on 8 sequences of 256 tokens.
local gpt = require "gpt"

return gpt.training(gpt.decoder(6, 384, 6, 256, 256), 8, 256, 256)
