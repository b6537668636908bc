-- One meta-step of MAML on 8 sine tasks: an inner step of gradient descent, and the gradient through it.
-- The first dimension of every weight counts the tasks: it has size 1 as long as all tasks share the weights.
local function weight(rows, columns, scale) return (lab.randn{ 1, rows, columns } * scale):requires_grad_() end
local function zeros(columns) return lab.zeros{ 1, 1, columns }:requires_grad_() end

local theta = { weight(1, 40, 1), zeros(40), weight(40, 40, 1 / 6), zeros(40), weight(40, 1, 1 / 6), zeros(1) }
local opt = lab.optim.Adam(theta, { lr = 1e-3 })
local support_x, support_y = lab.randn{ 8, 10, 1 }, lab.randn{ 8, 10, 1 }
local query_x, query_y = lab.randn{ 8, 10, 1 }, lab.randn{ 8, 10, 1 }

local function predict(w, x)
  local h = (x:matmul(w[1]) + w[2]):tanh()
  h = (h:matmul(w[3]) + w[4]):tanh()
  return h:matmul(w[5]) + w[6]
end

-- The mean over a task's points, summed over tasks.
local function loss(w, x, y) return (predict(w, x) - y):square():mean{ 2, 3 }:sum() end

return {
  unit = "step/s", units = 1, trained = theta,
  step = function()
    local own = {}
    for i, w in ipairs(theta) do own[i] = w:expand{ 8, w:size(2), w:size(3) } end
    local g = lab.grad(loss(own, support_x, support_y), own, { create_graph = true })
    local adapted = {}
    for i, w in ipairs(own) do adapted[i] = w - g[i] * 0.01 end
    opt:minimize(loss(adapted, query_x, query_y))
  end,
}
