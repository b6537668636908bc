-- One training step of a decoder with 2 layers of width 128, on 2,048 tokens in sequences of the given length. The memory
-- of attention is linear in it, so the bytes of tensors should not grow.
local gpt = require "gpt"
local context = ...

return gpt.training(gpt.decoder(2, 128, 2, context, 64), math.max(1, 2048 // context), context, 64)
