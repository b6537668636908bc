-- One training step of a decoder with 2 layers of the given width, on 8 sequences of 64 tokens.
local gpt = require "gpt"
local width = ...

return gpt.training(gpt.decoder(2, width, math.max(1, width // 64), 64, 64), 8, 64, 64)
