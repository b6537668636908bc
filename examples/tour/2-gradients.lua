-- %% [markdown]
-- # Gradients
-- Ask for the gradient of a tensor, compute something from it, and walk back.
-- %%
local w = lab.tensor{ 1, -2, 3 }:requires_grad_()
local loss = (w ^ 2):sum()
loss:backward()
print(w.grad)                                   -- 2 w

-- %% [markdown]
-- Gradients add up until they are cleared, so that several losses can share one step.
-- %%
local more = (w * 10):sum()
more:backward()
print(w.grad)                                   -- 2 w + 10
w.grad = nil

-- %% [markdown]
-- `lab.grad` gives gradients as values. With `create_graph` they can be differentiated again: here x^3, 3 x^2, 6 x.
-- %%
local x = lab.tensor{ 2 }:requires_grad_()
local first = lab.grad((x ^ 3):sum(), { x }, { create_graph = true })[1]
local second = lab.grad(first:sum(), { x })[1]
print(first, second)

-- %% [markdown]
-- Gradient descent by hand: the line through noisy points.
-- %%
local inputs = lab.linspace(-1, 1, 50)
local targets = inputs * 3 + 0.5 + lab.randn{ 50 } * 0.1
local slope, offset = lab.zeros{}:requires_grad_(), lab.zeros{}:requires_grad_()
for step = 1, 100 do
  local error = (inputs * slope + offset - targets):square():mean()
  local g = lab.grad(error, { slope, offset })
  lab.no_grad(function()
    slope:sub_(g[1] * 0.5)
    offset:sub_(g[2] * 0.5)
  end)
end
print(string.format("y = %.2f x + %.2f", slope:item(), offset:item()))

-- %% [markdown]
-- A gradient of one's own: rounding has none, so let it pass straight through.
-- %%
local round = lab.custom_gradient(function(v) return v:round() end, function(g) return g end)
local v = lab.tensor{ 0.2, 1.7 }:requires_grad_()
round(v):sum():backward()
print(round(v), v.grad)
