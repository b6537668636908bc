-- A copy of the given number of elements by the C library: what memory gives, as STREAM's copy measures it.
local count = ...
local x, y = lab.randn{ count }, lab.zeros{ count }
local calls = math.max(1, (1 << 20) // count)

return {
  unit = "GB/s", units = calls * 8 * count / 1e9,
  step = function()
    for _ = 1, calls do y:copy_(x) end
  end,
}
