-- y = x W^T + b, for x of shape {..., inputs}.
local lab, core = ...
local nn = lab.nn

local Linear = nn.class("Linear")
nn.Linear = Linear

function Linear:init(inputs, outputs, options)
  inputs = core.whole(inputs, 1, "Linear: argument 1 (inputs)")
  outputs = core.whole(outputs, 1, "Linear: argument 2 (outputs)")
  options = core.options(options, { bias = true }, "Linear")
  -- Kaiming's uniform rule with slope sqrt(5), which is 1 / sqrt(inputs): PyTorch's default.
  local bound = 1 / math.sqrt(inputs)
  self.weight = nn.parameter(nn.init.uniform(lab.zeros{ outputs, inputs }, { low = -bound, high = bound }))
  self:optional("bias")
  if options.bias then self.bias = nn.parameter(nn.init.uniform(lab.zeros{ outputs }, { low = -bound, high = bound })) end
end

function Linear:forward(x)
  return lab.nn.linear(x, self.weight, self.bias)
end

core.document{
  name = "lab.nn.Linear", signature = "lab.nn.Linear(inputs, outputs, {bias = true})", chapter = "Layers",
  summary = "A learned affine map of the last dimension.", formula = "y = x W^T + b",
  details = { "weight: {outputs, inputs}", "bias: {outputs}" },
  notes = "Weights and biases start uniform in +-1/sqrt(inputs).",
  example = "local layer = lab.nn.Linear(4, 2)\nprint(layer(lab.ones{3, 4}).shape)",
}
