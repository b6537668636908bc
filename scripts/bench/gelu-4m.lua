-- The tanh form of GELU, of four million numbers.
local x = lab.randn{ 4096, 1024 }

return { unit = "Gelem/s", units = x:numel() / 1e9, step = function() return x:gelu{ approximate = "tanh" } end }
