-- Each row of the last dimension is divided by its root mean square, then scaled by a learned gain.
local lab, core = ...
local nn = lab.nn

local RMSNorm = nn.class("RMSNorm")
nn.RMSNorm = RMSNorm

function RMSNorm:init(width, options)
  width = core.whole(width, 1, "RMSNorm: argument 1 (width)")
  options = core.options(options, { eps = 1e-6 }, "RMSNorm")
  self.eps = core.number_in(options.eps, 0, nil, "RMSNorm: option 'eps'")
  self.weight = nn.parameter(lab.ones{ width })
  self.settings = { eps = self.eps }
end

function RMSNorm:forward(x)
  return lab.nn.rms_norm(x, self.weight, self.settings)
end

--- The normalisation of Transformers by name: "layer" or "rms".
function core.norm(kind, width, eps, bias)
  if kind == "rms" then return RMSNorm(width, { eps = eps or 1e-6 }) end
  return nn.LayerNorm(width, { eps = eps or 1e-5, bias = bias })
end

core.document{
  name = "lab.nn.RMSNorm", signature = "lab.nn.RMSNorm(width, {eps = 1e-6})", chapter = "Layers",
  summary = "Divides the last dimension by its root mean square, then scales it.",
  formula = "y = x / sqrt(mean(x^2) + eps) * weight", details = { "weight: {width}" },
  source = "Zhang and Sennrich 2019, Root Mean Square Layer Normalization",
  example = "local norm = lab.nn.RMSNorm(3)\nprint(norm(lab.tensor{{1, 2, 6}}))",
}
