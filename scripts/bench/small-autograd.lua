-- A line through 16 points: forward and backward of a few small operations.
local x, y = lab.randn{ 16 }, lab.randn{ 16 }
local w, b = lab.randn{ 16 }:requires_grad_(), lab.randn{ 16 }:requires_grad_()

return {
  unit = "step/s", units = 100,
  step = function()
    for _ = 1, 100 do
      w.grad, b.grad = nil, nil
      local loss = ((w * x + b - y) ^ 2):mean()
      loss:backward()
    end
  end,
}
