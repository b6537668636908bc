-- Greedy generation of 192 tokens after a prompt of 64, by a decoder with 6 layers of width 384.
local gpt = require "gpt"
local net = gpt.decoder(6, 384, 6, 256, 256)
local prompt = lab.randint({ 1, 64 }, 1, 256)

return { unit = "token/s", units = 192, step = function() return net:generate(prompt, { max = 192 }) end }
