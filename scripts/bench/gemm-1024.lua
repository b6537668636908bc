-- The product of two matrices of 1024 x 1024.
local a, b = lab.randn{ 1024, 1024 }, lab.randn{ 1024, 1024 }

return { unit = "GFLOP/s", units = 2 * 1024 ^ 3 / 1e9, step = function() return a:matmul(b) end }
