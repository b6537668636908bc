-- Each row of the last dimension is shifted and scaled to mean 0 and variance 1, then by a learned gain and bias.
local lab, core = ...
local nn = lab.nn

local LayerNorm = nn.class("LayerNorm")
nn.LayerNorm = LayerNorm

function LayerNorm:init(width, options)
  width = core.whole(width, 1, "LayerNorm: argument 1 (width)")
  options = core.options(options, { eps = 1e-5, bias = true }, "LayerNorm")
  self.eps = options.eps
  self.weight = nn.parameter(lab.ones{ width })
  self:optional("bias")
  if options.bias then self.bias = nn.parameter(lab.zeros{ width }) end
end

function LayerNorm:forward(x)
  return lab.nn.layer_norm(x, self.weight, self.bias, { eps = self.eps })
end

core.document{
  name = "lab.nn.LayerNorm", signature = "lab.nn.LayerNorm(width, {eps = 1e-5, bias = true})", chapter = "Layers",
  summary = "Normalises the last dimension to mean 0 and variance 1, then scales and shifts it.",
  formula = "y = (x - mean) / sqrt(var + eps) * weight + bias", details = { "weight: {width}", "bias: {width}" },
  source = "Ba, Kiros and Hinton 2016, Layer Normalization",
  example = "print(lab.nn.LayerNorm(4)(lab.arange(4)))",
}
