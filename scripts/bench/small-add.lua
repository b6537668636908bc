-- Sums of 16 numbers, one call after another: what a call from a script costs.
local x, y = lab.randn{ 16 }, lab.randn{ 16 }

return {
  unit = "op/s", units = 1000,
  step = function()
    for _ = 1, 1000 do local _ = x + y end
  end,
}
