-- One training step of a decoder of the given depth, in the proportions of gpt-medium-step and half its width.
local gpt = require "gpt"
local depth = ...

return gpt.training(gpt.decoder(depth, 192, 3, 128, 256), 2, 128, 256)
