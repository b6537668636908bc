-- The sum of two tensors of the given number of elements: two read, one written.
local count = ...
local x, y = lab.randn{ count }, lab.randn{ count }
local calls = math.max(1, (1 << 20) // count)

return {
  unit = "GB/s", units = calls * 12 * count / 1e9,
  step = function()
    for _ = 1, calls do local _ = x + y end
  end,
}
