-- Each column of {batch, width} is normalised over the batch; running statistics serve in eval mode.
local lab, core = ...
local nn = lab.nn

local BatchNorm1d = nn.class("BatchNorm1d")
nn.BatchNorm1d = BatchNorm1d

function BatchNorm1d:init(width, options)
  width = core.whole(width, 1, "BatchNorm1d: argument 1 (width)")
  options = core.options(options, { eps = 1e-5, momentum = 0.1 }, "BatchNorm1d")
  self.eps, self.momentum = options.eps, options.momentum
  self.weight = nn.parameter(lab.ones{ width })
  self.bias = nn.parameter(lab.zeros{ width })
  self:buffer("running_mean", lab.zeros{ width })
  self:buffer("running_var", lab.ones{ width })
end

function BatchNorm1d:forward(x)
  if not self:is_training() then
    return (x - self.running_mean) * (self.running_var + self.eps):rsqrt() * self.weight + self.bias
  end
  if x:dim() ~= 2 or x:size(1) < 2 then
    core.raise("BatchNorm1d: training needs {batch, width} with a batch of at least 2, found shape " .. core.shape_text(x))
  end
  local mean = x:mean(1)
  local centred = x - mean
  local variance = (centred * centred):mean(1)
  lab.no_grad(function()
    local n, m = x:size(1), self.momentum
    self.running_mean:mul_(1 - m):add_(mean:detach() * m)
    self.running_var:mul_(1 - m):add_(variance:detach() * (m * n / (n - 1)))
  end)
  return centred * (variance + self.eps):rsqrt() * self.weight + self.bias
end

core.document{
  name = "lab.nn.BatchNorm1d", signature = "lab.nn.BatchNorm1d(width, {eps = 1e-5, momentum = 0.1})", chapter = "Layers",
  summary = "Normalises each column over the batch in training, and by running statistics in eval mode.",
  formula = "y = (x - mean) / sqrt(var + eps) * weight + bias",
  details = { "weight, bias: {width}", "running_mean, running_var: {width}, saved with the weights" },
  source = "Ioffe and Szegedy 2015, Batch Normalization",
  example = "local norm = lab.nn.BatchNorm1d(3)\nprint(norm(lab.tensor{{1, 2, 3}, {3, 2, 1}}))",
}
