-- Softmax along the rows of a matrix of 4096 x 1024.
local x = lab.randn{ 4096, 1024 }

return { unit = "Gelem/s", units = x:numel() / 1e9, step = function() return x:softmax(2) end }
