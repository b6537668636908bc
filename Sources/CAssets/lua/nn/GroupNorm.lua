-- The channels of an image in groups, each shifted and scaled to mean 0 and variance 1 by itself.
local lab, core = ...
local nn = lab.nn

local GroupNorm = nn.class("GroupNorm")
nn.GroupNorm = GroupNorm

function GroupNorm:init(groups, channels, options)
  groups = core.whole(groups, 1, "GroupNorm: argument 1 (groups)")
  channels = core.whole(channels, 1, "GroupNorm: argument 2 (channels)")
  if channels % groups ~= 0 then
    core.raise(string.format("GroupNorm: %d groups do not divide the %d channels", groups, channels))
  end
  options = core.options(options, { eps = 1e-5, affine = true }, "GroupNorm")
  self.groups, self.eps = groups, options.eps
  self:optional("weight")
  self:optional("bias")
  if options.affine then
    self.weight = nn.parameter(lab.ones{ channels })
    self.bias = nn.parameter(lab.zeros{ channels })
  end
end

function GroupNorm:forward(x)
  return nn.group_norm(x, self.groups, self.weight, self.bias, { eps = self.eps })
end

function GroupNorm:note() return self.groups .. " groups" end

core.document{
  name = "lab.nn.GroupNorm", signature = "lab.nn.GroupNorm(groups, channels, {eps = 1e-5, affine = true})", chapter = "Layers",
  summary = "Normalises groups of channels of each example to mean 0 and variance 1, then scales and shifts each channel.",
  formula = "y = (x - mean) / sqrt(var + eps) * weight + bias", details = { "weight, bias: {channels}" },
  notes = "As many groups as channels make an instance norm; one group normalises each example as a whole.",
  source = "Wu and He 2018, Group Normalization",
  example = "local norm = lab.nn.GroupNorm(2, 4)\nprint(norm(lab.randn{3, 4, 5, 5}).shape)",
}
