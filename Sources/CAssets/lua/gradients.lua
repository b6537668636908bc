-- Gradients of functions: what is built from lab.grad and lab.custom_gradient.
local lab, core = ...

local function require_function(f, name)
  if type(f) ~= "function" and not lab.nn.is_module(f) then
    core.raise(string.format("%s: argument 1 (f) must be a function, but is %s", name, core.describe(f)))
  end
end

-- A tensor that gradients can be taken with respect to: itself where they flow already, else one that shares its values.
local function differentiable(tensor)
  return tensor.requires_grad and tensor or tensor:detach():requires_grad_()
end

-- The loss that f returns, checked.
local function scalar(loss, name)
  if not lab.is_tensor(loss) or loss:numel() ~= 1 then
    core.raise(string.format("%s: the function must return a Tensor with one element, but returned %s", name,
      lab.is_tensor(loss) and "shape " .. core.shape_text(loss) or core.describe(loss)))
  end
  return loss
end

--- lab.value_and_grad(f, [options]): a function that returns f's value and the gradients with respect to its arguments.
function lab.value_and_grad(f, options)
  require_function(f, "value_and_grad")
  options = core.options(options, { create_graph = false, allow_unused = false }, "value_and_grad")
  return function(...)
    local arguments = table.pack(...)
    local inputs = {}
    for i = 1, arguments.n do
      if not lab.is_tensor(arguments[i]) then
        core.raise(string.format("value_and_grad: argument %d must be a Tensor, but is %s", i, core.describe(arguments[i])))
      end
      arguments[i] = differentiable(arguments[i])
      inputs[i] = arguments[i]
    end
    if arguments.n == 0 then core.raise("value_and_grad: the function needs at least one Tensor to differentiate by") end
    local value = scalar(f(table.unpack(arguments, 1, arguments.n)), "value_and_grad")
    local gradients = lab.grad(value, inputs, options)
    return options.create_graph and value or value:detach(), gradients
  end
end

--- lab.hvp(f, x, v): the product of f's Hessian at x with v, without the Hessian.
function lab.hvp(f, x, v)
  require_function(f, "hvp")
  if not lab.is_tensor(x) then core.raise("hvp: argument 2 (x) must be a Tensor, but is " .. core.describe(x)) end
  if not lab.is_tensor(v) then core.raise("hvp: argument 3 (v) must be a Tensor, but is " .. core.describe(v)) end
  if core.shape_text(x) ~= core.shape_text(v) then
    core.raise(string.format("hvp: the direction has shape %s, but x has shape %s", core.shape_text(v), core.shape_text(x)))
  end
  x = differentiable(x)
  local gradient = lab.grad(scalar(f(x), "hvp"), { x }, { create_graph = true })[1]
  -- The gradient of a linear function does not depend on x.
  if not gradient.requires_grad then return lab.zeros_like(x) end
  return lab.grad((gradient * v:detach()):sum(), { x }, { allow_unused = true })[1]
end

--- lab.per_sample_grad(f, parameters, x, ...): the gradients of f for each row of x, stacked.
function lab.per_sample_grad(f, parameters, ...)
  require_function(f, "per_sample_grad")
  local _, inputs = core.named_tensors(parameters, "per_sample_grad")
  local columns = table.pack(...)
  if columns.n == 0 then core.raise("per_sample_grad: argument 3 (x) is missing, it must be a Tensor with a row for each sample") end
  local count
  for i = 1, columns.n do
    local column = columns[i]
    if not lab.is_tensor(column) or column:dim() == 0 then
      core.raise(string.format("per_sample_grad: argument %d must be a Tensor with a row for each sample, but is %s", i + 2,
        lab.is_tensor(column) and "a single number" or core.describe(column)))
    end
    count = count or #column
    if #column ~= count then
      core.raise(string.format("per_sample_grad: argument %d has %d rows, but argument 3 has %d", i + 2, #column, count))
    end
  end
  if count == 0 then core.raise("per_sample_grad: there are no samples: argument 3 has no rows") end
  local gradients = {}
  for k = 1, #inputs do gradients[k] = {} end
  for sample = 1, count do
    local rows = {}
    for i = 1, columns.n do rows[i] = columns[i][{ { sample, sample } }] end
    local found = lab.grad(scalar(f(table.unpack(rows, 1, columns.n)), "per_sample_grad"), inputs, { allow_unused = true })
    for k, gradient in ipairs(found) do gradients[k][sample] = gradient end
  end
  for k, list in ipairs(gradients) do gradients[k] = lab.stack(list) end
  return gradients
end

local pass_through = lab.custom_gradient(
  function(hard) return hard end,
  function(gradient) return nil, gradient end)

--- lab.straight_through(hard, soft): the value of hard with the gradient of soft.
function lab.straight_through(hard, soft)
  for i, argument in ipairs{ { hard, "hard" }, { soft, "soft" } } do
    if not lab.is_tensor(argument[1]) then
      core.raise(string.format("straight_through: argument %d (%s) must be a Tensor, but is %s", i, argument[2], core.describe(argument[1])))
    end
  end
  if core.shape_text(hard) ~= core.shape_text(soft) or hard.dtype ~= soft.dtype then
    core.raise(string.format("straight_through: hard is %s %s, but soft is %s %s; they must agree", hard.dtype,
      core.shape_text(hard), soft.dtype, core.shape_text(soft)))
  end
  return pass_through(hard, soft)
end

core.document{
  name = "lab.value_and_grad", signature = "lab.value_and_grad(f, {create_graph = false, allow_unused = false})",
  chapter = "Gradients",
  summary = "A function that takes f's arguments, all Tensors, and returns f's value and a table of the gradients with respect to them.",
  details = {
    "f: gives a Tensor with one element", "{create_graph}: make value and gradients differentiable",
    "{allow_unused}: zeros for arguments that the value does not depend on",
  },
  example = "local f = lab.value_and_grad(function(w, b) return (w * 3 + b):square():sum() end)\nlocal value, grads = f(lab.tensor{1}, lab.tensor{-2})\nprint(value, grads[1], grads[2])",
}
core.document{
  name = "lab.hvp", signature = "lab.hvp(f, x, v)", chapter = "Gradients",
  summary = "The product of the Hessian of f at x with the direction v, of x's shape; the Hessian itself is never made.",
  formula = "H v = d/dx (grad f(x) . v)", source = "Pearlmutter 1994, Fast Exact Multiplication by the Hessian",
  details = { "f: takes x and gives a Tensor with one element" },
  example = "print(lab.hvp(function(x) return (x ^ 3):sum() end, lab.tensor{1, 2}, lab.tensor{1, 0}))",
}
core.document{
  name = "lab.per_sample_grad", signature = "lab.per_sample_grad(f, parameters, x, ...)", chapter = "Gradients",
  summary = "The gradient of f for each row of x by itself: a table with a Tensor {rows, ...} for each parameter.",
  details = {
    "f: takes one row of each of x, ... (with the first dimension kept, of size 1) and gives its loss",
    "parameters: a module, a Tensor or a table of Tensors",
  },
  example = "local net = lab.nn.Linear(3, 2)\nlocal x, y = lab.randn{5, 3}, lab.tensor({1, 2, 1, 2, 1}, \"int64\")\nlocal g = lab.per_sample_grad(function(x, y) return lab.nn.cross_entropy(net(x), y) end, net, x, y)\nprint(g[1].shape, g[2].shape)",
}
core.document{
  name = "lab.straight_through", signature = "lab.straight_through(hard, soft)", chapter = "Gradients",
  summary = "The value of hard, exactly, with the gradient of soft: for roundings, signs and samples that have none of their own.",
  source = "Bengio, Leonard and Courville 2013, Estimating or Propagating Gradients Through Stochastic Neurons",
  example = "local w = lab.tensor{0.2, 1.7}:requires_grad_()\nlocal y = lab.straight_through(w:round(), w)\ny:sum():backward()\nprint(y, w.grad)",
}
