-- Each feature of a batch is normalised over the batch and all places; running statistics serve in eval mode.
local lab, core = ...
local nn = lab.nn

local function new_class(name, ranks, wanted, example)
  local class = nn.class(name)
  nn[name] = class

  function class:init(width, options)
    width = core.whole(width, 1, name .. ": argument 1 (width)")
    options = core.options(options, { eps = 1e-5, momentum = 0.1 }, name)
    self.eps, self.momentum = options.eps, options.momentum
    self.weight = nn.parameter(lab.ones{ width })
    self.bias = nn.parameter(lab.zeros{ width })
    self:buffer("running_mean", lab.zeros{ width })
    self:buffer("running_var", lab.ones{ width })
  end

  function class:forward(x)
    if not ranks[x:dim()] then
      core.raise(string.format("%s: needs %s, found shape %s", name, wanted, core.shape_text(x)))
    end
    if not self:is_training() then
      local y = nn.batch_norm(x, self.weight, self.bias, { mean = self.running_mean, var = self.running_var, eps = self.eps })
      return y
    end
    local n = x:numel() // math.max(1, x:size(2))
    if n < 2 then
      core.raise(string.format("%s: training needs %s with a batch of at least 2, found shape %s", name, wanted, core.shape_text(x)))
    end
    local y, mean, variance = nn.batch_norm(x, self.weight, self.bias, { eps = self.eps })
    lab.no_grad(function()
      local m = self.momentum
      self.running_mean:mul_(1 - m):add_(mean:detach() * m)
      self.running_var:mul_(1 - m):add_(variance:detach() * (m * n / (n - 1)))
    end)
    return y
  end

  core.document{
    name = "lab.nn." .. name, signature = "lab.nn." .. name .. "(width, {eps = 1e-5, momentum = 0.1})", chapter = "Layers",
    summary = "Normalises each feature of " .. wanted .. " over the batch in training, and by running statistics in eval mode.",
    formula = "y = (x - mean) / sqrt(var + eps) * weight + bias",
    details = { "weight, bias: {width}", "running_mean, running_var: {width}, saved with the weights" },
    source = "Ioffe and Szegedy 2015, Batch Normalization", example = example,
  }
end

new_class("BatchNorm1d", { [2] = true, [3] = true }, "{batch, width}",
  "local norm = lab.nn.BatchNorm1d(3)\nprint(norm(lab.tensor{{1, 2, 3}, {3, 2, 1}}))")
new_class("BatchNorm2d", { [4] = true }, "{batch, channels, height, width}",
  "local norm = lab.nn.BatchNorm2d(3)\nprint(norm(lab.randn{4, 3, 8, 8}).shape, norm.running_var)")
