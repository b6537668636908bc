-- Layer norm with weight and bias along the rows of a matrix of 4096 x 1024, without a history.
local x, norm = lab.randn{ 4096, 1024 }, lab.nn.LayerNorm(1024)

return {
  unit = "Gelem/s", units = x:numel() / 1e9,
  step = function()
    return lab.no_grad(function() return norm(x) end)
  end,
}
