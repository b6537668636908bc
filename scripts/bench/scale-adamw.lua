-- One step of AdamW on a parameter of the given number of elements: four arrays read, three written.
local count = ...
local w = lab.randn{ count }:requires_grad_()
local opt = lab.optim.AdamW({ w }, { lr = 1e-3 })
local calls = math.max(1, (1 << 20) // count)
w.grad = lab.randn{ count }

return {
  unit = "GB/s", units = calls * 28 * count / 1e9, trained = { w },
  step = function()
    for _ = 1, calls do opt:step() end
  end,
}
