-- Optimizers: lab.optim.AdamW(what, options), where `what` is a module, a table of tensors, or a table of groups such as
-- { {params = net.head, lr = 1e-3}, {params = net.body, lr = 1e-4} }.
local lab, core = ...
lab.optim = lab.optim or {}
local optim = lab.optim

local function named(what, name)
  local names, tensors = {}, {}
  if lab.nn.is_module(what) then
    for i, entry in ipairs(what:named_parameters()) do names[i], tensors[i] = entry[1], entry[2] end
  elseif lab.is_tensor(what) then
    names[1], tensors[1] = "1", what
  elseif type(what) == "table" then
    for i, tensor in ipairs(what) do
      if not lab.is_tensor(tensor) then
        core.raise(string.format("%s: entry %d of the parameters must be a Tensor, but is %s", name, i, core.describe(tensor)))
      end
      names[i], tensors[i] = tostring(i), tensor
    end
  else
    core.raise(string.format("%s: argument 1 (parameters) must be a module or a table of Tensors, but is %s", name, core.describe(what)))
  end
  return names, tensors
end
core.named_tensors = named

local function groups_of(what, name)
  local is_grouped = type(what) == "table" and not lab.nn.is_module(what) and type(what[1]) == "table"
    and not lab.nn.is_module(what[1]) and what[1].params ~= nil
  if not is_grouped then
    local names, tensors = named(what, name)
    return { { names, tensors, {} } }
  end
  local groups = {}
  for i, group in ipairs(what) do
    if type(group) ~= "table" or group.params == nil then
      core.raise(string.format("%s: group %d needs a field 'params'", name, i))
    end
    local names, tensors = named(group.params, name)
    for k, path in ipairs(group.names or names) do names[k] = i .. "." .. path end
    local options = {}
    for key, value in pairs(group) do if key ~= "params" and key ~= "names" then options[key] = value end end
    groups[i] = { names, tensors, options }
  end
  return groups
end

for _, kind in ipairs(core.optimizer_kinds()) do
  optim[kind] = function(what, options)
    return core.optimizer(kind, groups_of(what, kind), options)
  end
end

--- lab.optim.clip(what, {norm = limit}): scales all gradients so that their common norm is at most the limit;
--- {value = limit} limits each element. Returns the norm before.
function optim.clip(what, options)
  local _, tensors = named(what, "clip")
  return core.clip(tensors, options)
end

--- lab.optim.average(what, {decay, warm_up}): the exponential moving average of parameters; call :update() after steps.
function optim.average(what, options)
  local names, tensors = named(what, "average")
  return core.average(names, tensors, options)
end

core.document{
  name = "lab.optim.clip", signature = "lab.optim.clip(parameters, {norm = limit} or {value = limit})", chapter = "Optimizers",
  summary = "Limits gradients in place: all together by their norm, or each element; returns the norm before.",
  source = "Pascanu, Mikolov and Bengio 2013, On the Difficulty of Training Recurrent Neural Networks",
  example = "local w = lab.ones{4}:requires_grad_()\nlocal loss = (w * 10):sum()\nloss:backward()\nprint(lab.optim.clip({w}, {norm = 1}), w.grad)",
}
core.document{
  name = "lab.optim.average", signature = "lab.optim.average(parameters, {decay = 0.999, warm_up = false})", chapter = "Optimizers",
  summary = "The exponential moving average of parameters: call :update() after each step; :weights() is the average.",
  example = "local net = lab.nn.Linear(2, 1)\nlocal average = lab.optim.average(net, {decay = 0.9})\naverage:update()\nnet:load(average:weights())",
}
