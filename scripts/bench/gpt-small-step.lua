-- One training step of a decoder with 4 layers of width 128, on 16 sequences of 64 tokens.
local gpt = require "gpt"

return gpt.training(gpt.decoder(4, 128, 4, 64, 64), 16, 64, 64)
